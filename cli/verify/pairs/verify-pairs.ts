import { PairsError, verifyPairs } from '../../../platform/testing/pairs';
import type { PairsResult } from '../../../platform/testing/pairs';
import type { SagaDefinition } from '../../../platform/saga/define';
import dispatch from '../../../workflows';
import { ExploreError } from '../explore';
import { inputOf, sampleAnswers } from './answers';
import { pairsLines, progressTo } from './report';

/** What `holdfast verify --pairs` was told. */
export interface PairsRequest {
  /** Names of sagas; none means all there are. */
  readonly sagas: readonly string[];
  /** Name of one run. */
  readonly only?: string;
  /** About so many runs of each saga. */
  readonly sample?: number;
  /** File with the input of the one saga. */
  readonly input?: string;
  readonly json: boolean;
}

/** Where the two streams of the command go. */
export interface PairsOutput {
  readonly tell: (line: string) => void;
  readonly print: (line: string) => void;
}

/**
 * Runs sagas under every pair of faults, in this process and without a server, and answers whether every promise held.
 * Throws {@link ExploreError} for a saga, a run or an input that there is not.
 */
export async function verifyInPairs(request: PairsRequest, output: PairsOutput): Promise<boolean> {
  const chosen = definitionsOf(request.sagas);
  const isOfOne = request.only !== undefined || request.input !== undefined;
  if (isOfOne && chosen.length !== 1) {
    const fix = 'name the one saga that is meant';
    throw new ExploreError('ONLY_NEEDS_ONE', '--only and --input are about one saga', fix);
  }
  let holds = true;
  for (const definition of chosen) {
    const result = await pairsOf(definition, request, output);
    pairsLines(result, request.input).forEach(output.tell);
    if (request.json) output.print(JSON.stringify(result));
    if (result.violations.length > 0) holds = false;
  }
  return holds;
}

function definitionsOf(names: readonly string[]): readonly SagaDefinition[] {
  const { sagas } = dispatch;
  if (names.length === 0) return sagas;
  return names.map((name) => {
    const found = sagas.find(({ contract }) => contract.name === name);
    if (found !== undefined) return found;
    const fix = `there are ${sagas.map(({ contract }) => contract.name).join(', ')}`;
    throw new ExploreError('SAGA_UNKNOWN', `there is no saga ${name}`, fix);
  });
}

async function pairsOf(
  definition: SagaDefinition,
  { only, sample, input }: PairsRequest,
  { tell }: PairsOutput,
): Promise<PairsResult> {
  const { contract } = definition;
  try {
    return await verifyPairs(definition, {
      input: inputOf(contract, input),
      answers: sampleAnswers,
      ...(sample === undefined ? {} : { sample }),
      ...(only === undefined
        ? { onProgress: progressTo(contract.name, tell) }
        : { only, onStory: (line: string) => tell(`  ${line}`) }),
    });
  } catch (error) {
    if (!(error instanceof PairsError)) throw error;
    throw new ExploreError(error.code, error.message, error.fix);
  }
}
