// What the bundler provides and TypeScript cannot see.

/** the package's version, inserted by the bundler */
declare const __VERSION__: string;

declare module "virtual:worker" {
  /** a script that defines the global `worker` (the exports of src/worker.ts); empty inside that script itself */
  const text: string;
  export default text;
}

declare module "virtual:answers" {
  /** the answers that were computed when the page was built */
  const answers: unknown;
  export default answers;
}

/** added to the page's own style sheet */
declare module "*.css";

declare module "wgsl-preprocessor/wgsl-preprocessor.js" {
  /** template tag: `#if ${condition}` … `#elif ${condition}` … `#else` … `#endif`, and plain `${value}` */
  export function wgsl(strings: TemplateStringsArray, ...values: unknown[]): string;
}
