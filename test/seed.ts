// Property tests draw the same examples every time, so that a failure is caused by a change. Another seed draws other
// examples: FAST_CHECK_SEED=7 npm test.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });
