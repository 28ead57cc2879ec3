// The service worker: keeps the files that the page is made of, so that it opens without a network. It keeps nothing that
// anybody wrote, and never answers for the server's API. What the page is made of is written in here when it is built.
import { goFromNotification } from "./clicks";

interface Shell {
  name: string;
  paths: string[];
}

/** As far as it is used here: TypeScript's own types of it do not go together with those of a page. */
interface Scope extends EventTarget {
  location: Location;
  skipWaiting(): Promise<void>;
}

interface Fetching extends Event {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

const scope = self as unknown as Scope;
const shell = JSON.parse("__SHELL__") as Shell;
const NAME = `klatch-${shell.name}`;
const OURS = "klatch-";
/** A network that gives no sign of life for so long is none (ms). */
const PATIENCE = 4_000;
/** What opens the page: the start, and links that people are sent. */
const START = /^\/(?:(?:i|owner|reset)\/[A-Za-z0-9_-]{22,128})?$/;

scope.addEventListener("install", (event) => (event as Lasting).waitUntil(fill()));
scope.addEventListener("activate", (event) => (event as Lasting).waitUntil(sweep()));
scope.addEventListener("message", (event) => {
  if ((event as MessageEvent).data === "take over") void scope.skipWaiting();
});
scope.addEventListener("fetch", (event) => {
  const { request } = event as Fetching;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== scope.location.origin) return;
  if (request.mode === "navigate" && START.test(url.pathname)) (event as Fetching).respondWith(open(request));
  else if (url.pathname !== "/" && shell.paths.includes(url.pathname)) (event as Fetching).respondWith(take(request));
});
scope.addEventListener("notificationclick", goFromNotification);

async function fill(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(shell.paths.map((path) => new Request(path, { cache: "no-cache" })));
}

async function sweep(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(OURS) && name !== NAME) await caches.delete(name);
}

/** The page as the server has it, or as it is kept here where the server does not answer. */
async function open(request: Request): Promise<Response> {
  const kept = async () => (await caches.open(NAME)).match("/");
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
  const asked = fetch(request);
  try {
    const answer = await Promise.race([asked, late]);
    // A server that is being restarted behind a proxy answers with an error of the proxy's.
    if (answer && answer.status < 500) return answer;
  } catch {
    // No network, or no server.
  }
  return (await kept()) ?? asked;
}

async function take(request: Request): Promise<Response> {
  return (await (await caches.open(NAME)).match(request.url)) ?? fetch(request);
}
