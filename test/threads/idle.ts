// A program that does not destroy its pool: it must end nevertheless.
import { costsJob } from "../../src/cpu/jobs.ts";
import { createProblem } from "../../src/model/problem.ts";
import { Pool } from "../../src/threads/pool.ts";

const { config } = createProblem({ game: "linear" });
const shared = { problem: { id: 1, config }, episode: 99, later: new Float64Array() };
const parts = Array.from({ length: 11 }, (_, i) => [[i / 10]]);
const answers = await new Pool(2).run({ job: costsJob, shared }, parts);
console.log(`${answers.length} costs`);
