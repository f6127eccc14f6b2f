// Data in few characters, for addresses: its JSON, deflated, as base64url (RFC 4648). It begins with a mark, which
// distinguishes it from text.

import { deflateSync, inflateSync } from "fflate";

/** the mark: no name and no JSON begins with it */
const MARK = "~";
/** the maximum length of JSON that is unpacked, in bytes, so that a short address cannot fill the memory */
const LONGEST = 2 ** 20;

/** Whether a text is packed data. */
export const isPacked = (text: string): boolean => text.startsWith(MARK);

/** Plain data as characters that need no encoding in an address. */
export function pack(data: unknown): string {
  const bytes = deflateSync(new TextEncoder().encode(JSON.stringify(data)), { level: 9 });
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return MARK + base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The data that was packed; undefined if {@link pack} cannot have made the text. */
export function unpacked(text: string): unknown {
  try {
    const base64 = text.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    // longer data is cut off, and then it is not JSON
    const json = inflateSync(bytes, { out: new Uint8Array(LONGEST) });
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch {
    return undefined;
  }
}
