// Property tests draw the same examples every time, so that a failure is the change's and not the day's. Another seed
// draws others: FAST_CHECK_SEED=7 npm test.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });
