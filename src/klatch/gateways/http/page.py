"""The pages of the HTTP door: how to connect, how the server is, figures for monitoring."""

from collections.abc import Callable
from html import escape
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from klatch.gateways.http.documents import spell_asyncapi, spell_openapi
from klatch.gateways.trust import ORIGIN, Origin

_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Klatch</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ color-scheme: light dark;
  --ground: #fbf9f6; --sunken: #f3efe9; --ink: #1f1b16; --soft: #6b6259; --line: #e5ded4 }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ground: #171412; --sunken: #110f0d; --ink: #ede7df; --soft: #a79c90; --line: #332d28 }} }}
body {{ margin: 0; background: var(--ground); color: var(--ink); font: 15px/22px system-ui, sans-serif }}
main {{ max-width: 560px; margin: 0 auto; padding: 64px 24px }}
h1 {{ font-size: 20px; line-height: 28px; margin: 0 0 8px }}
p {{ color: var(--soft); margin: 0 0 24px }}
dt {{ margin-top: 16px }}
dd {{ margin: 4px 0 0 }}
code {{ display: block; padding: 8px 12px; background: var(--sunken); border: 1px solid var(--line); border-radius: 6px;
  font: 13.5px/20px ui-monospace, monospace; white-space: pre; overflow-x: auto }}
</style></head><body><main>
<h1>This Klatch is running</h1>
<p>It was installed without the page to chat in. Here is how to talk all the same:</p>
<dl>{ways}</dl>
</main></body></html>
"""


def make_app(
    *,
    is_ready: Callable[[], str | None],
    figures: Callable[[Origin], bytes | None],
    ways: Callable[[], list[tuple[str, str]]],
) -> Starlette:
    """The application behind the pages.

    `is_ready` tells what is wrong, or None; `figures` are the metrics in Prometheus' text form, or None
    where they are not for whoever asks; `ways` are pairs of what one may want and what to type for it.
    """

    def show_page(_request: Request) -> Response:
        rows = "".join(f"<dt>{escape(what)}</dt><dd><code>{escape(typed)}</code></dd>" for what, typed in ways())
        return HTMLResponse(_PAGE.format(ways=rows))

    def tell_health(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def tell_ready(_request: Request) -> Response:
        wrong = is_ready()
        return PlainTextResponse("ready\n") if wrong is None else PlainTextResponse(f"{wrong}\n", 503)

    def tell_figures(request: Request) -> Response:
        told = figures(request.scope[ORIGIN])
        if told is None:
            return PlainTextResponse(
                "The figures are for this machine; metrics_from in klatch.toml adds others.\n", 403
            )
        return Response(told, headers={"content-type": _METRICS_TYPE})

    def describe_api(_request: Request) -> Response:
        return Response(spell_openapi(), media_type="application/json")

    def describe_frames(_request: Request) -> Response:
        return Response(spell_asyncapi(), media_type="application/json")

    routes = [
        Route("/", show_page),
        Route("/healthz", tell_health),
        Route("/readyz", tell_ready),
        Route("/metrics", tell_figures),
        Route("/openapi.json", describe_api),
        Route("/asyncapi.json", describe_frames),
    ]
    return Starlette(routes=routes)
