// The options of `npm start`, and the certificate of its TLS.
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serverCertificate } from "../../local/certificate.ts";
import { optionsOf } from "../../local/main.ts";

describe("the options", () => {
  test.each<[readonly string[], object]>([
    [[], { tls: false }],
    [["--tls"], { tls: true }],
    [["--public-url", "https://mdm.example.org"], { tls: false, publicUrl: "https://mdm.example.org" }],
    [["--tls", "--public-url=https://mdm.example.org:8443/"], { tls: true, publicUrl: "https://mdm.example.org:8443" }],
  ])("%j are read", (args, options) => {
    expect(optionsOf(args)).toEqual(options);
  });

  test.each([
    [["--tsl"], "--tsl"],
    [["extra"], "extra"],
    [["--public-url"], "--public-url"],
    [["--public-url", "http://mdm.example.org"], "must be an https address"],
    [["--public-url", "https://mdm.example.org/path"], "must be an https address"],
    [["--public-url", "mdm.example.org"], "must be an https address"],
    [["--public-url", "https://user@mdm.example.org"], "must be an https address"],
  ])("%j are refused with the usage", (args, named) => {
    expect(() => optionsOf(args)).toThrow(named);
    expect(() => optionsOf(args)).toThrow("Usage: npm start -- [--tls] [--public-url URL]");
  });
});

describe("the certificate", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "certificate-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const NOW = new Date("2026-06-01T12:00:00Z");
  const DAY = 24 * 60 * 60 * 1000;

  test("names this machine, is signed by the authority beside it, and has the identifiers that strict clients require", async () => {
    const { cert, caFile } = serverCertificate(directory, NOW);
    const server = new X509Certificate(cert);
    const authority = new X509Certificate(await readFile(caFile));
    expect(server.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1");
    expect([authority.ca, server.ca]).toEqual([true, false]);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    // The object identifiers of the subject's and the authority's key identifier, 2.5.29.14 and 2.5.29.35, in DER.
    for (const each of [server, authority])
      for (const identifier of ["0603551d0e", "0603551d23"]) expect(each.raw.toString("hex")).toContain(identifier);
  });

  test("is readable by its owner alone, and the authority's key is kept nowhere", async () => {
    const { key, cert } = serverCertificate(directory, NOW);
    for (const name of ["ca.pem", "cert.pem", "key.pem"]) expect((await stat(join(directory, "tls", name))).mode & 0o777).toBe(0o600);
    expect(key).toContain("PRIVATE KEY");
    const authority = new X509Certificate(await readFile(join(directory, "tls/ca.pem")));
    expect(new X509Certificate(cert).publicKey.equals(authority.publicKey)).toBe(false);
  });

  test("is kept from start to start, and replaced before it ends", () => {
    const first = serverCertificate(directory, NOW);
    expect(serverCertificate(directory, new Date(NOW.getTime() + 300 * DAY)).cert).toBe(first.cert);
    const later = new Date(NOW.getTime() + 340 * DAY);
    const renewed = serverCertificate(directory, later);
    expect(renewed.cert).not.toBe(first.cert);
    expect(new X509Certificate(renewed.cert).validToDate.getTime()).toBeGreaterThan(later.getTime() + 300 * DAY);
  });
});
