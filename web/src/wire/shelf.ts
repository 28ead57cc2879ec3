// Where the outbox keeps what is not sent yet, so that it outlives the page: IndexedDB, or memory where there is none.
import { openDB, type IDBPDatabase } from "idb";
import type { AnyCommand, Typed } from "./frames";

const OPEN_WITHIN = 4_000;

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
  /** Whether what is put here outlives the page. */
  readonly lasting: boolean;
  all(owner: string): Promise<Kept[]>;
  put(kept: Kept): Promise<void>;
  remove(cid: string): Promise<void>;
}

export class MemoryShelf implements Shelf {
  readonly lasting = false;
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
  readonly lasting = true;

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

/** Opens when it is first used. */
class BrowserShelf implements Shelf {
  lasting = true;
  #opened: Promise<Shelf> | null = null;

  all = async (owner: string): Promise<Kept[]> => (await this.#open()).all(owner);
  put = async (kept: Kept): Promise<void> => (await this.#open()).put(kept);
  remove = async (cid: string): Promise<void> => (await this.#open()).remove(cid);

  #open(): Promise<Shelf> {
    this.#opened ??= openDatabase().then((database) => {
      this.lasting = database !== null;
      return database ?? new MemoryShelf();
    });
    return this.#opened;
  }
}

export function openShelf(): Shelf {
  return new BrowserShelf();
}

/** Null where the browser has no database, lets nobody have one, or is not done with opening it. */
function openDatabase(): Promise<Shelf | null> {
  const opened = openDB("klatch", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("outbox", { keyPath: "cid" }).createIndex("owner", "owner");
    },
  }).then((database) => new DatabaseShelf(database));
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), OPEN_WITHIN));
  return Promise.race([opened, late]).catch(() => null);
}
