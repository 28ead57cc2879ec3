// The way to the exchange: one for all tabs, or one in this page, where the browser has no other (many phones).
import { type News, pair, type Port } from "./line";
import { serverUrl } from "../rooms/places";

const READY_WITHIN = 8_000;

export async function dial(): Promise<Port> {
  return (await dialShared()) ?? dialOwn();
}

async function dialOwn(): Promise<Port> {
  const [{ Exchange }, { openShelf }] = await Promise.all([import("./exchange"), import("./shelf")]);
  const [near, far] = pair();
  new Exchange(serverUrl(location), openShelf()).attach(far);
  return near;
}

/** The exchange of all tabs, or null where there is none or it does not answer. */
function dialShared(): Promise<Port | null> {
  if (typeof SharedWorker === "undefined") return Promise.resolve(null);
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), READY_WITHIN);
    try {
      const worker = new SharedWorker(new URL("./exchange.worker.ts", import.meta.url), { type: "module", name: "klatch" });
      worker.onerror = () => resolve(null);
      worker.port.onmessage = ({ data }: { data: News }) => {
        if (data.tell === "ready") resolve(worker.port as unknown as Port);
      };
    } catch {
      resolve(null);
    }
  });
}
