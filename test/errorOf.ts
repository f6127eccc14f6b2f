// The errors of bad configurations.
import { checkConfig, MesaError } from "../src/index.ts";

/** the error of checking a configuration */
export function errorOf(config: unknown): MesaError {
  try {
    checkConfig(config);
  } catch (error) {
    if (error instanceof MesaError) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(config)}`);
}
