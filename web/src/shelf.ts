// Where the outbox keeps what is not sent yet, so that it outlives the page: IndexedDB, or memory where there is none.
import { openDB, type IDBPDatabase } from "idb";
import type { AnyCommand, Typed } from "./frames";

/** Something written and not answered. `owner` is the account on this server; `room` an id, or a name until there is one. */
export interface Kept {
  cid: string;
  owner: string;
  at: number;
  room: string;
  command: AnyCommand | Typed;
  /** What the server said if it refused: nothing is tried again until its author says so. */
  refusal?: string;
  /** The number it was stored under, once it is; kept in memory alone. */
  seq?: number;
}

export interface Shelf {
  all(owner: string): Promise<Kept[]>;
  put(kept: Kept): Promise<void>;
  remove(cid: string): Promise<void>;
}

export class MemoryShelf implements Shelf {
  #kept = new Map<string, Kept>();

  async all(owner: string): Promise<Kept[]> {
    return [...this.#kept.values()].filter((kept) => kept.owner === owner);
  }

  async put(kept: Kept): Promise<void> {
    this.#kept.set(kept.cid, structuredClone(kept));
  }

  async remove(cid: string): Promise<void> {
    this.#kept.delete(cid);
  }
}

class DatabaseShelf implements Shelf {
  constructor(private readonly database: IDBPDatabase) {}

  async all(owner: string): Promise<Kept[]> {
    const found = (await this.database.getAllFromIndex("outbox", "owner", owner)) as Kept[];
    return found.sort((one, other) => one.at - other.at);
  }

  async put(kept: Kept): Promise<void> {
    const transaction = this.database.transaction("outbox", "readwrite", { durability: "strict" });
    await Promise.all([transaction.store.put(kept), transaction.done]);
  }

  async remove(cid: string): Promise<void> {
    await this.database.delete("outbox", cid);
  }
}

export async function openShelf(): Promise<Shelf> {
  try {
    const database = await openDB("klatch", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("outbox", { keyPath: "cid" }).createIndex("owner", "owner");
      },
    });
    return new DatabaseShelf(database);
  } catch {
    return new MemoryShelf();
  }
}
