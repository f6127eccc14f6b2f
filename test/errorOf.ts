// What bad configurations are refused with.
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
