import { findFewest } from './attempt.js'
import type { Check, ComparedName } from './checks.js'
import { type Contents, type Forged, plain } from './forgeries.js'
import type { Answer } from './request.js'
import { isIn, isSilent, isSuccess, type Result, type Run, sendAs } from './run.js'
import type { Settings } from './settings.js'
import type { Variant } from './variants.js'

/** Several certificates in the same headers, and the answers to them. */
interface Comparison {
  readonly run: Run
  readonly check: Check
  readonly answers: Answer[]
}

/**
 * Sends the good certificate in the handshake, and different certificates in forged headers.
 *
 * If its own certificate in a header gets the client in, and another one or none doesn't, then the
 * answer depends on the header. Any other difference from the baseline proves nothing: an application
 * that rejects a header on two lines rejects the client's own certificate too.
 *
 * @param names - the other certificates
 * @param answers - gets every answer
 * @throws LimitReached
 */
export async function compare(
  run: Run,
  check: Check,
  names: readonly ComparedName[],
  answers: Answer[],
): Promise<Result> {
  const own = contentsOf(run.settings.identities.good.leaf)
  const changed = names.flatMap((name) => changedContents(run.settings, name))
  const comparison = { run, check, answers }
  // All of them must fit into the same requests.
  const [largest = own] = [own, ...changed].sort((a, b) => b.leaf.length - a.leaf.length)
  for (const request of forge(comparison, run.settings.variants, largest)) {
    if (!(await getsIn(comparison, request.variants, own))) continue
    const differs = await findDifference(comparison, request.variants, own, changed)
    if (differs === undefined) continue
    const found = await findFewest(request.variants, differs)
    return { check, verdict: 'header is read', answers, variants: found }
  }
  return conclude(comparison)
}

/** Tells whether certain variants are enough for an answer that depends on the header. */
type Differs = (variants: readonly Variant[]) => Promise<boolean>

/** Sends everything once more before it says so, because a rate limit also changes an answer. */
async function findDifference(
  comparison: Comparison,
  variants: readonly Variant[],
  own: Contents,
  changed: readonly Contents[],
): Promise<Differs | undefined> {
  const acceptsOwn: Differs = (some) => getsIn(comparison, some, own)
  // Without a header, the good certificate is rejected, so there is nothing else to compare with.
  if (!isSuccess(comparison.run.baseline)) {
    return (await acceptsOwn(variants)) ? acceptsOwn : undefined
  }
  for (const contents of changed) {
    const rejects: Differs = (some) => isRejected(comparison, some, contents)
    const isRead =
      (await rejects(variants)) && (await acceptsOwn(variants)) && (await rejects(variants))
    if (isRead) return rejects
  }
  return undefined
}

function conclude({ run, check, answers }: Comparison): Result {
  const common = { check, answers, variants: [] }
  if (answers.some((answer) => isSilent(check, answer))) return { ...common, verdict: 'no answer' }
  if (answers.every((answer) => isIn(run.baseline, answer)))
    return { ...common, verdict: 'may get in' }
  const note = 'also with its own certificate in the header'
  return { ...common, verdict: 'rejected', note }
}

async function getsIn(
  comparison: Comparison,
  variants: readonly Variant[],
  contents: Contents,
): Promise<boolean> {
  return isIn(comparison.run.baseline, await send(comparison, variants, contents))
}

/** Only the application's or the proxy's own answer is one that can depend on the header. */
async function isRejected(
  comparison: Comparison,
  variants: readonly Variant[],
  contents: Contents,
): Promise<boolean> {
  const answer = await send(comparison, variants, contents)
  return answer.kind === 'status' && !isIn(comparison.run.baseline, answer)
}

async function send(
  comparison: Comparison,
  variants: readonly Variant[],
  contents: Contents,
): Promise<Answer> {
  const lines = forge(comparison, variants, contents).flatMap(({ lines }) => lines)
  const answer = await sendAs(comparison.run, comparison.check, lines)
  comparison.answers.push(answer)
  return answer
}

function forge(
  { run, check: { forgery = plain } }: Comparison,
  variants: readonly Variant[],
  contents: Contents,
): Forged[] {
  return forgery(variants, contents, run.settings.extra)
}

/** @returns an empty list if the user gave no such certificate */
function changedContents({ identities, other }: Settings, name: ComparedName): Contents[] {
  const { good, namesake } = identities
  const leaf = { damaged: damage(good.leaf), namesake: namesake.leaf, other: other?.leaf }[name]
  return leaf === undefined ? [] : [contentsOf(leaf)]
}

function contentsOf(leaf: Buffer): Contents {
  return { leaf, issuer: undefined }
}

/** The same length and the same characters, but no SEQUENCE, so it isn't a certificate. */
function damage(leaf: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x00]), leaf.subarray(1)])
}
