// Runs public test suites against the path validation, and writes docs/conformance.md.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { createTrustStore } from '../../src/trust.js'
import { toMarkdown } from './support/conformance.js'
import { HOW_TO_GET_THE_VECTORS, readVectors, type Vectors } from './support/data.js'
import { findFaults, type Suite } from './support/outcome.js'
import { runSuites } from './support/suites.js'

const RESULTS = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url))

/** Prints the totals in the form of mocha, which `.ci/run` adds up. */
function summarize(suites: readonly Suite[]): boolean {
  const faults = suites.flatMap(findFaults)
  const count = suites.reduce((sum, { outcomes }) => sum + outcomes.length, 0)
  for (const fault of faults.slice(0, 200)) console.log(fault)
  console.log(`\n  ${count - faults.length} passing\n  ${faults.length} failing`)
  return faults.length === 0
}

/** Ends with 1 and the instructions if the vectors aren't there. Any other error is a fault. */
function readOrExit(folder: string | undefined): Vectors {
  try {
    return readVectors(folder)
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)}\n\n${HOW_TO_GET_THE_VECTORS}`,
    )
    process.exit(1)
  }
}

const suites = runSuites(readOrExit(process.argv[2]), createTrustStore)
const options = { ...(await resolveConfig(RESULTS)), filepath: RESULTS }
await writeFile(RESULTS, await format(toMarkdown(suites), options))
if (!summarize(suites)) process.exitCode = 1
