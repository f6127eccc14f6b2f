// A program that leaves its pool as it is: it must end all the same.
import { createProblem } from "../../src/problem.ts";
import { Pool } from "../../src/workers/pool.ts";

const { config } = createProblem({ game: "linear" });
const shared = { problem: { id: 1, config }, episode: 99, later: new Float64Array() };
const parts = Array.from({ length: 11 }, (_, i) => [[i / 10]]);
const answers = await new Pool(2).run({ job: "costs", shared }, parts);
console.log(`${answers.length} costs`);
