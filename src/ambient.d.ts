// What the bundler gives and TypeScript cannot see.

/** the package's version, put in by the bundler */
declare const __VERSION__: string;

declare module "virtual:worker" {
  /** a script that defines the global `worker`, the exports of src/worker.ts; empty in that script itself */
  const text: string;
  export default text;
}

declare module "virtual:answers" {
  /** what was computed when the page was built */
  const answers: unknown;
  export default answers;
}

/** put into the page's own style */
declare module "*.css";

declare module "wgsl-preprocessor/wgsl-preprocessor.js" {
  /** template tag: `#if ${condition}` … `#elif ${condition}` … `#else` … `#endif`, and plain `${value}` */
  export function wgsl(strings: TemplateStringsArray, ...values: unknown[]): string;
}
