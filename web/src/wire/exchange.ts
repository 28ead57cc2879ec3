// The exchange: puts each tab through to the party line of who is in there. One stands for all tabs where the browser has
// SharedWorkers, and else each tab has its own.
import type { OpenSocket } from "./connection";
import type { Greeting, Port, Said } from "./line";
import { keyOf, PartyLine, type Tab } from "./party";
import type { Shelf } from "./shelf";

export class Exchange {
  #lines = new Set<PartyLine>();

  constructor(
    private readonly url: string,
    private readonly shelf: Shelf,
    private readonly socket?: OpenSocket,
  ) {}

  /** A tab is there. */
  attach(port: Port): void {
    const tab: Tab = { tell: (news) => port.postMessage(news) };
    let line: PartyLine | null = null;
    const part = () => {
      line?.part(tab);
      this.#sweep();
      line = null;
    };
    port.onmessage = ({ data }: { data: Said }) => {
      if (data.say === "come") {
        part();
        line = this.#find(data.greeting) ?? this.#begin(data.greeting);
        line.join(tab);
      } else if (data.say === "go") {
        part();
      } else if (line) {
        obey(line, tab, data);
        this.#sweep();
      }
    };
    // Not every browser tells that a tab is gone which had no time to say so.
    if (port instanceof EventTarget) port.addEventListener("close", part);
    tab.tell({ tell: "ready" });
  }

  #find(greeting: Greeting): PartyLine | undefined {
    const key = keyOf(greeting);
    return key ? [...this.#lines].find((line) => line.key === key && !line.isOver) : undefined;
  }

  #begin(greeting: Greeting): PartyLine {
    const line = new PartyLine(this.url, this.shelf, greeting, this.socket);
    this.#lines.add(line);
    return line;
  }

  #sweep(): void {
    for (const line of this.#lines) if (line.isOver || line.isEmpty) this.#lines.delete(line);
  }
}

function obey(line: PartyLine, tab: Tab, said: Exclude<Said, { say: "come" | "go" }>): void {
  switch (said.say) {
    case "request":
      return line.request(tab, said.request);
    case "keep":
      return line.keep(tab, said.room, said.command);
    case "retry":
      return line.retry(tab, said.cid);
    case "drop":
      return line.drop(said.cid);
    case "attend":
      return line.attend(tab, said.room);
    case "wake":
      return line.wake();
    case "leave":
      return line.end();
  }
}
