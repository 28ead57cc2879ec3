// Who one is on this server, kept in this browser: names, and the secret that makes a guest the same guest again.
const NAME = "klatch.name";
const SECRETS = "klatch.secrets";

/** `secret` is a guest's, made here, or the token of a session, which the server told. */
export interface Identity {
  name: string;
  secret: string;
}

/** Whether a secret is the token of a session of an account. */
export function isToken(secret: string): boolean {
  return secret.startsWith("klatch_");
}

/** Random text of A-Z a-z 0-9 _ -, of 32 characters; needs no secure context. */
export function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** Reads and writes what is kept; where the browser keeps nothing, it lasts as long as the page. */
export class Secrets {
  #memory = new Map<string, string>();

  constructor(private readonly storage: Storage | null = browserStorage()) {}

  /** Who was in here last and did not sign out. */
  get current(): Identity | null {
    const name = this.#read(NAME);
    return name ? this.of(name) : null;
  }

  /** The guest of that name, with a new secret if there is none yet. */
  of(name: string): Identity {
    return { name, secret: this.#all()[key(name)] || randomText() };
  }

  /** Keeps who one is from now on. */
  keep(identity: Identity): void {
    this.#write(SECRETS, JSON.stringify({ ...this.#all(), [key(identity.name)]: identity.secret }));
    this.#write(NAME, identity.name);
  }

  /** Nobody is in here now; the secrets stay, so that the same name brings the same guest back. */
  signOut(): void {
    this.#write(NAME, "");
  }

  /** Forgets a secret that the server does not know any more, unless another has taken its place. */
  forget({ name, secret }: Identity): void {
    const { [key(name)]: kept, ...rest } = this.#all();
    if (kept !== undefined && kept !== secret) return;
    this.#write(SECRETS, JSON.stringify(rest));
    this.signOut();
  }

  #all(): Record<string, string> {
    try {
      return JSON.parse(this.#read(SECRETS) || "{}") as Record<string, string>;
    } catch {
      return {};
    }
  }

  #read(name: string): string {
    return this.#memory.get(name) ?? this.storage?.getItem(name) ?? "";
  }

  #write(name: string, value: string): void {
    // What other tabs wrote meanwhile counts, so the page itself remembers only what the browser does not.
    this.#memory.delete(name);
    try {
      if (this.storage) this.storage.setItem(name, value);
      else this.#memory.set(name, value);
    } catch {
      // Full or forbidden: it lasts as long as the page.
      this.#memory.set(name, value);
    }
  }
}

function key(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

export function browserStorage(): Storage | null {
  try {
    return typeof localStorage === "undefined" ? null : localStorage;
  } catch {
    return null;
  }
}
