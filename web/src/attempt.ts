// Asking the server for something that it may refuse.
import { Refused } from "./wire/requests";

/** Does it; gives what the server said against it, or nothing where it is done. */
export async function attempt(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return "";
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return refused.message;
  }
}
