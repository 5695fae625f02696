// What an MDM server may name as its address: nothing that leads inside, however it is written.
import { describe, expect, test } from "vitest";
import { isNotificationUrl, MAX_NOTIFICATION_URL_LENGTH, notificationTarget } from "../../../domain/device-api/notification-url.ts";

describe("what is called", () => {
  const target = { isSecure: true, host: "mdm.example.org", port: 443, path: "/" };
  test.each<[string, object]>([
    ["https://mdm.example.org/notify/a%20b", { path: "/notify/a%20b" }],
    ["https://mdm.example.org", {}],
    ["HTTPS://MDM.Example.ORG/", {}],
    ["https://mdm.example.org:443/x", { path: "/x" }],
    ["https://mdm.example.org/me@home/a:b", { path: "/me@home/a:b" }],
    ["https://mdm.example.org/a/../b", { path: "/b" }],
    ["https://xn--bcher-kva.example/", { host: "xn--bcher-kva.example" }],
    ["https://8.8.8.8/", { host: "8.8.8.8", address: "8.8.8.8" }],
    ["https://[2606:4700::0:1111]/", { host: "2606:4700::1111", address: "2606:4700::1111" }],
  ])("at %s", (url, over) => {
    expect(notificationTarget(url)).toEqual({ ...target, ...over });
  });

  test("is named in 512 characters at most", () => {
    const url = (length: number) => "https://mdm.example.org/".padEnd(length, "x");
    expect(isNotificationUrl(url(MAX_NOTIFICATION_URL_LENGTH))).toBe(true);
    expect(isNotificationUrl(url(MAX_NOTIFICATION_URL_LENGTH + 1))).toBe(false);
  });
});

describe("refused is", () => {
  test.each([
    ["nothing", ""],
    ["no URL", "mdm.example.org"],
    ["no host", "https:///path"],
    ["no host", "https://:443/"],
    ["plain HTTP", "http://mdm.example.org/"],
    ["plain HTTP on the port of the other", "http://mdm.example.org:443/"],
    ["another scheme", "file:///etc/passwd"],
    ["another scheme", "gopher://mdm.example.org/"],
    ["a scheme without its slashes", "https:mdm.example.org/"],
    ["another port", "https://mdm.example.org:8443/"],
    ["another port", "https://mdm.example.org:80/"],
    ["port 0", "https://mdm.example.org:0/"],
    ["a port that is none", "https://mdm.example.org:65979/"],
    ["a port that is none", "https://mdm.example.org:443x/"],
    ["two ports", "https://mdm.example.org:443:22/"],
    ["a query", "https://mdm.example.org/?a=b"],
    ["an empty query", "https://mdm.example.org/?"],
    ["a fragment", "https://mdm.example.org/#a"],
    ["an empty fragment", "https://mdm.example.org#"],
    ["a user", "https://me@mdm.example.org/"],
    ["a user and a password", "https://me:secret@mdm.example.org/"],
    ["a user without a name", "https://@mdm.example.org/"],
    ["a host that looks like a user", "https://mdm.example.org@127.0.0.1/"],
    ["a host that looks like a user", "https://mdm.example.org:443@169.254.169.254/"],
    ["a backslash that browsers read as a slash", "https://mdm.example.org\\@127.0.0.1/"],
    ["a backslash in the path", "https://mdm.example.org/a\\b"],
    ["white space around", " https://mdm.example.org/"],
    ["a line break within, which browsers drop", "https://mdm.exam\nple.org/"],
    ["a header put in", "https://mdm.example.org/ HTTP/1.1\r\nX: y"],
    ["letters that are not ASCII", "https://bücher.example/"],
    ["digits that are not ASCII", "https://１２７.0.0.1/"],
    ["a last dot", "https://mdm.example.org./"],
    ["a last dot of this machine", "https://localhost./"],
    ["a host with a space", "https://mdm%20.example.org/"],
  ])("%s: %j", (_, url) => {
    expect(isNotificationUrl(url)).toBe(false);
  });

  test.each([
    "127.0.0.1",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "0",
    "%31%32%37.0.0.1",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "10.0.0.1",
    "256.256.256.256",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:8.8.8.8]",
    "[::127.0.0.1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[v1.x]",
    "[2606:4700::1111",
  ])("the address %s", (host) => {
    expect(isNotificationUrl(`https://${host}/`)).toBe(false);
  });
});

describe("on one machine", () => {
  const here = { loopback: "allowed" } as const;

  test.each<[string, object]>([
    ["http://127.0.0.1:8080/n", { isSecure: false, host: "127.0.0.1", port: 8080, path: "/n" }],
    ["http://localhost/", { isSecure: false, host: "localhost", port: 80, path: "/" }],
    ["https://localhost:8443/", { isSecure: true, host: "localhost", port: 8443, path: "/" }],
    ["https://127.0.0.1/", { isSecure: true, host: "127.0.0.1", port: 443, path: "/" }],
  ])("%s is called too, and nowhere else than here", (url, target) => {
    expect(notificationTarget(url, here)).toEqual({ ...target, address: "127.0.0.1" });
    expect(isNotificationUrl(url)).toBe(false);
  });

  test.each([
    "http://mdm.example.org/",
    "https://mdm.example.org:8443/",
    "http://127.0.0.2:8080/",
    "http://[::1]:8080/",
    "http://10.0.0.1/",
    "http://169.254.169.254/",
    "http://localhost.example.org/",
    "http://me@127.0.0.1:8080/",
    "ftp://127.0.0.1/",
  ])("%s is not", (url) => {
    expect(isNotificationUrl(url, here)).toBe(false);
  });

  test("what is called anywhere is called as anywhere", () => {
    expect(notificationTarget("https://mdm.example.org/", here)).toEqual(notificationTarget("https://mdm.example.org/"));
  });
});
