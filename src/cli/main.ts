#!/usr/bin/env node
import process from 'node:process'
import { type Commands, run } from './run.js'

const COMMANDS: Commands = {}

void run(process.argv.slice(2), COMMANDS, process).then((status) => {
  // Not process.exit(), which would cut off output that a pipe hasn't taken yet.
  process.exitCode = status
})
