#!/usr/bin/env node
import process from 'node:process'
import { check } from './check.js'
import { doctor } from './doctor/index.js'
import { inspect } from './inspect/index.js'
import { type Commands, run } from './run.js'
import { testCerts } from './test-certs.js'

const COMMANDS: Commands = { check, doctor, inspect, 'test-certs': testCerts }

void run(process.argv.slice(2), COMMANDS, process).then((status) => {
  // Not process.exit(), which would cut off output that a pipe hasn't taken yet.
  process.exitCode = status
})
