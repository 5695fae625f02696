// A name server on 127.0.0.1 that answers as a test says. Source: RFC 1035, section 4 (messages).
import { createSocket } from "node:dgram";
import { isIPv4 } from "node:net";

/** Addresses of the kind that is asked for; an error of the server; or never an answer. */
export type Told = readonly string[] | "fails" | "is silent";

const TYPES: Readonly<Record<number, "A" | "AAAA">> = { 1: "A", 28: "AAAA" };
const SERVER_FAILURE = 2;

const bytesOf = (address: string): Buffer =>
  isIPv4(address)
    ? Buffer.from(address.split(".").map(Number))
    : Buffer.from(
        address
          .split(":")
          .map((group) => group.padStart(4, "0"))
          .join(""),
        "hex",
      );

/** Points to the name in the question; one minute. */
const recordOf = (type: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
};

/** `tell` is asked for one kind at a time; IPv6 addresses are written in full. `asked` keeps what it was asked. */
export const startDns = async (tell: (name: string, kind: "A" | "AAAA") => Told) => {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const labels: string[] = [];
    let at = 12;
    while (message[at]) {
      const length = message[at] ?? 0;
      labels.push(message.toString("latin1", at + 1, at + 1 + length));
      at += length + 1;
    }
    const type = message.readUInt16BE(at + 1);
    const kind = TYPES[type];
    if (kind === undefined) return;
    asked.push(`${kind} ${labels.join(".")}`);
    const told = tell(labels.join("."), kind);
    if (told === "is silent") return;
    const records = told === "fails" ? [] : told.map((each) => recordOf(type, bytesOf(each)));
    const head = Buffer.alloc(12);
    message.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (told === "fails" ? SERVER_FAILURE : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([head, message.subarray(12, at + 5), ...records]), port, address);
  });
  await new Promise<void>((resolve) => void socket.bind(0, "127.0.0.1", resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => new Promise<void>((resolve) => void socket.close(() => resolve())),
  };
};
