// Seeded random numbers, the same on every platform: xoshiro128** 1.1 (Blackman & Vigna, Scrambled linear pseudorandom
// number generators, ACM TOMS 47(4), 2021), with its state filled by SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) as
// its authors advise. Normals need a square root, which IEEE 754 rounds the same everywhere, and a logarithm, which is
// our own for that reason: in a search, one different bit can lead to a different plan.

import { log } from "../elementary.ts";
import { MesaError } from "../errors.ts";

const MASK = (1n << 64n) - 1n;

/** The first `count` outputs of SplitMix64, 64 bits each. */
export function splitmix64(seed: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => {
    let z = (seed + BigInt(i + 1) * 0x9e3779b97f4a7c15n) & MASK;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  });
}

/** A stream of random numbers. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  /** the second normal of a pair, until it is asked for */
  #spare: number | undefined;

  /** @param state four 32-bit words, not all zero */
  constructor(state: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /**
   * The stream of a seed.
   *
   * @throws MesaError `INVALID_CONFIG` unless the seed is an integer in [0, 2⁵³)
   */
  static seeded(seed: number): Random {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new MesaError("INVALID_CONFIG", `seed must be an integer from 0 to 2^53 − 1, got ${seed}`);
    const [low, high] = splitmix64(BigInt(seed), 2);
    const word = (bits: bigint) => Number(BigInt.asUintN(32, bits));
    return new Random([word(low), word(low >> 32n), word(high), word(high >> 32n)]);
  }

  /** 32 random bits, an integer in [0, 2³²). */
  bits(): number {
    const fives = Math.imul(this.#b, 5);
    const result = Math.imul((fives << 7) | (fives >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1): a multiple of 2⁻⁵³. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Normal with mean 0 and variance 1, by the polar method (Marsaglia & Bray, SIAM Review 6(3), 1964). */
  normal(): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * log(s)) / s);
      this.#spare = v * factor;
      return u * factor;
    }
  }
}
