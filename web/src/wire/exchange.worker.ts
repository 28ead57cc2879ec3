// The exchange of all tabs. Its file is named by what is in it: a page that is newer has an exchange of its own.
import { Exchange } from "./exchange";
import type { Port } from "./line";
import { serverUrl } from "../rooms/places";
import { openShelf } from "./shelf";

const exchange = new Exchange(serverUrl(location), openShelf());
const scope = self as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = ({ ports }) => {
  const [port] = ports;
  if (port) exchange.attach(port as unknown as Port);
};
