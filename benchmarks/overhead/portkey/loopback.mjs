// Portkey's gateway has no option for the address that it listens on, and would take every one.
import { Server } from "node:net";

const listen = Server.prototype.listen;
Server.prototype.listen = function (port, host, ...rest) {
  return listen.call(this, port, host ?? "127.0.0.1", ...rest);
};
