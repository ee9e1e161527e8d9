import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isPublished, publishedFolder, take, workFolder } from "../../../src/runtime/table/store.js";
import { temporaryFolder } from "../temporary.js";

const key = "0123456789abcdef0123456789abcdef";

function claimed(store: string) {
  const taken = take(store, key);
  if (taken.kind !== "claimed") throw new Error(`expected a claim: ${JSON.stringify(taken)}`);
  return taken.claim;
}

/** The claim of a process that is not there any more. */
function deadClaim(store: string, number: number, change: object = {}): string {
  const ended = spawnSync(process.execPath, ["-e", ""]);
  const path = join(workFolder(store, key), `claim.${number}`);
  writeFileSync(path, JSON.stringify({ pid: ended.pid, host: hostname(), began: "1", ...change }));
  return path;
}

describe("the store", () => {
  it("gives a run to one owner, and shows it only when it is whole", () => {
    const store = temporaryFolder();
    const claim = claimed(store);
    expect(take(store, key)).toMatchObject({ kind: "busy", owner: `process ${process.pid} on ${hostname()}` });
    writeFileSync(join(claim.folder, "run.json"), "{}");
    expect(isPublished(store, key)).toBe(false);
    expect(claim.publish()).toBe(publishedFolder(store, key));
    expect(isPublished(store, key)).toBe(true);
    expect(readdirSync(publishedFolder(store, key))).toEqual(["run.json"]);
    expect(existsSync(workFolder(store, key))).toBe(false);
    expect(take(store, key)).toEqual({ kind: "published", folder: publishedFolder(store, key) });
  });

  it("hands on a run that was let go, with what is in it", () => {
    const store = temporaryFolder();
    const first = claimed(store);
    writeFileSync(join(first.folder, "checkpoint.safetensors"), "x");
    first.release();
    expect(readdirSync(claimed(store).folder).sort()).toEqual(["checkpoint.safetensors", "claim.1"]);
  });

  it("takes over from a dead process, and from none that lives", () => {
    const store = temporaryFolder();
    claimed(store).release();
    deadClaim(store, 1);
    const second = claimed(store);
    expect(readdirSync(second.folder).sort()).toEqual(["claim.1", "claim.2"]);
    expect(take(store, key).kind).toBe("busy");
    second.publish();
    expect(readdirSync(publishedFolder(store, key))).toEqual([]);
  });

  it("tells a process number that was given to another process", () => {
    const store = temporaryFolder();
    claimed(store).release();
    deadClaim(store, 1, { pid: process.pid, began: "12" });
    if (process.platform === "linux") expect(take(store, key).kind).toBe("claimed");
  });

  it("stays with the owner that lives, also where a dead one counted further", () => {
    const store = temporaryFolder();
    const claim = claimed(store);
    deadClaim(store, 2);
    expect(take(store, key)).toMatchObject({ kind: "busy", owner: `process ${process.pid} on ${hostname()}` });
    claim.release();
    expect(take(store, key).kind).toBe("claimed");
  });

  it("does not take a folder without run.json for a finished run", () => {
    const store = temporaryFolder();
    mkdirSync(publishedFolder(store, key));
    expect(() => take(store, key)).toThrow("this folder has no run.json");
  });

  it("waits for another machine until its claim is old", () => {
    const store = temporaryFolder();
    claimed(store).release();
    const path = deadClaim(store, 1, { host: "elsewhere" });
    expect(take(store, key)).toMatchObject({ kind: "busy" });
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(path, old, old);
    expect(take(store, key).kind).toBe("claimed");
  });

  it("takes a claim that was cut for that of a dead process", () => {
    const store = temporaryFolder();
    claimed(store).release();
    writeFileSync(join(workFolder(store, key), "claim.1"), '{"pid": 1');
    expect(take(store, key).kind).toBe("claimed");
  });
});
