// The other side of a WebSocket, for tests: it answers as they say, on the clock that they turn.
import type { Hello, Request, RoomState, Told, Welcome } from "./frames";
import type { OpenSocket } from "./connection";

export const ROOM = {
  ...{ id: "2", name: "#lobby", kind: "open", topic: "", head: 0, role: "member", horizon: 1 },
  ...{ read: 0, unread: 0, mentions: 0, rules: {} },
} as RoomState;

/** Every socket that was opened, in order. */
export class ScriptedServer {
  sockets: ScriptedSocket[] = [];
  /** What it answers by itself, each on the next turn; a test may say otherwise. */
  answer: (request: Request, socket: ScriptedSocket) => Told | null = () => null;

  open: OpenSocket = () => {
    const socket = new ScriptedSocket(this);
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  };

  get last(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("nobody called");
    return socket;
  }

  /** All that was said but for hellos and pings, on all sockets. */
  get said(): Request[] {
    return this.sockets.flatMap((socket) => socket.said).filter(({ op }) => op !== "hello" && op !== "ping");
  }
}

export class ScriptedSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  said: Request[] = [];

  constructor(private readonly server: ScriptedServer) {}

  /** The connection stands: the hello comes. */
  accept(): Hello {
    this.readyState = 1;
    this.onopen?.();
    return this.said.at(-1) as Hello;
  }

  /** The connection stands, and the hello is accepted. */
  welcome(more: Partial<Welcome> = {}): void {
    if (this.readyState === 0) this.accept();
    this.tell(welcome(more));
  }

  tell(told: Told): void {
    this.onmessage?.({ data: JSON.stringify(told) });
  }

  /** The connection is gone. */
  lose(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  send(text: string): void {
    const request = JSON.parse(text) as Request;
    this.said.push(request);
    const answer = this.server.answer(request, this);
    if (answer) queueMicrotask(() => this.readyState === 1 && this.tell(answer));
  }

  close(): void {
    this.readyState = 3;
  }
}

export function welcome(more: Partial<Welcome> = {}): Welcome {
  return {
    ...{ op: "welcome", version: "1", epoch: "e", head: 1, heads_every: 20_000, now: 1, role: "guest" },
    ...{ account: { id: "3", name: "ann", display_name: "ann", state: "online", since: 1, active: 1 }, rooms: [ROOM] },
    ...more,
  } as Welcome;
}
