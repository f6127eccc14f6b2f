// Data in an address in few characters: its JSON, deflated, as base64url (RFC 4648). A mark before it tells it from text.

import { deflateSync, inflateSync } from "fflate";

/** what neither a name nor JSON begins with */
const MARK = "~";
/** the longest JSON that is unpacked, in bytes, so that a short address cannot fill the memory */
const LONGEST = 2 ** 20;

/** Whether a text is packed data. */
export const isPacked = (text: string): boolean => text.startsWith(MARK);

/** Plain data as characters that an address takes as they are. */
export function pack(data: unknown): string {
  const bytes = deflateSync(new TextEncoder().encode(JSON.stringify(data)), { level: 9 });
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return MARK + base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The data that was packed; undefined where a text is not what {@link pack} makes. */
export function unpacked(text: string): unknown {
  try {
    const base64 = text.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    // what is longer is cut off, and is no JSON then
    const json = inflateSync(bytes, { out: new Uint8Array(LONGEST) });
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch {
    return undefined;
  }
}
