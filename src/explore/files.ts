// The files that the page offers, made by the same code as the files of the command line. The page loads this module on
// first use.

import type { Phase, Result } from "../index.ts";
import { phaseToCsv, toCsv } from "../report/csv.ts";
import { drawCurves, policiesOf } from "../report/curves.ts";
import { drawDiagram } from "../report/diagram.ts";
import { toSvg } from "../report/figure.ts";
import { viewOf } from "../report/phaseReport.ts";

export const plotSvg = (result: Result) => toSvg(result, document);
export const policySvg = (result: Result) => drawCurves(policiesOf(result), document);
export const planCsv = (result: Result) => toCsv(result);
export const mapSvg = (phase: Phase) => drawDiagram(viewOf(phase), document);
export const mapCsv = (phase: Phase) => phaseToCsv(phase);
