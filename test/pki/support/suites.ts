import type { CreateStore } from '../../support/judged-store.js'
import { runBetterTls } from './bettertls.js'
import type { Vectors } from './data.js'
import { runLimbo } from './limbo.js'
import type { Suite } from './outcome.js'
import { runPkits } from './pkits.js'

/** The suites, in the order of docs/conformance.md. */
export function runSuites(vectors: Vectors, create: CreateStore): Suite[] {
  return [
    runPkits(vectors.pkits, create),
    ...runBetterTls(vectors.bettertls, create),
    runLimbo(vectors.limbo, create),
  ]
}
