// Import this before the code that it counts.
import { growthOf, stepsOf } from '../support/steps.js'
import { expect } from 'chai'

/** Looks at each character once. */
function linear(text: string): number {
  let found = 0
  for (let at = 0; at < text.length; at += 1) if (isComma(text, at)) found += 1
  return found
}

/** It is so small that a compiler would inline it. */
function isComma(text: string, at: number): boolean {
  return text[at] === ','
}

/** Looks at the whole string for each of its characters. */
function quadratic(text: string): number {
  let found = 0
  for (const _ of text) found += linear(text)
  return found
}

/** Quadratic code whose cost is entirely inside native functions. */
const quadraticNatives: Readonly<Record<string, (text: string) => unknown>> = {
  indexOf: (text) => repeat(text, () => text.indexOf(';')),
  includes: (text) => repeat(text, () => text.includes(';')),
  slice: (text) => repeat(text, (at) => text.slice(at)),
  split: (text) => repeat(text, () => text.split(';')),
  replaceAll: (text) => repeat(text, () => text.replaceAll(';', '')),
  trim: (text) => repeat(text, () => text.trim()),
  toLowerCase: (text) => repeat(text, () => text.toLowerCase()),
  'a regular expression': (text) => repeat(text, () => /;/.test(text)),
  'Buffer.from': (text) => repeat(text, () => Buffer.from(text, 'latin1')),
  TextDecoder: (text) => {
    const bytes = Buffer.from(text)
    repeat(text, () => new TextDecoder().decode(bytes))
  },
  'JSON.parse': (text) => {
    const json = JSON.stringify(text)
    repeat(text, () => JSON.parse(json) as unknown)
  },
  decodeURIComponent: (text) => repeat(text, () => decodeURIComponent(text)),
  'Array.includes': (text) => {
    const characters = Array.from(text)
    repeat(text, () => characters.includes(';'))
  },
  'a spread of an array': (text) => {
    let characters: string[] = []
    repeat(text, () => (characters = [...characters, ',']))
  },
}

function repeat(text: string, task: (at: number) => unknown): void {
  for (let at = 0; at < text.length; at += 1) task(at)
}

function growthOn(read: (text: string) => unknown): number {
  // Uses a quarter of the length, because the square of the whole length takes long.
  return growthOf((length) => {
    const text = ','.repeat(length / 4)
    return () => read(text)
  })
}

describe('the count of steps', () => {
  it('grows with the length if code is linear', () => {
    expect(growthOn(linear)).to.be.within(0.95, 1.01)
  })

  it('grows with the square of the length if code is quadratic', () => {
    expect(growthOn(quadratic)).to.be.within(1.95, 2.01)
  })

  for (const [name, read] of Object.entries(quadraticNatives)) {
    it(`grows with the square of the length if code is quadratic in ${name}`, () => {
      expect(growthOn(read)).to.be.within(1.9, 2.01)
    })
  }

  it('is equal on every version of Node, and however often the code has run', () => {
    const text = ','.repeat(1000)
    const task = () => linear(text)
    const counts = stepsOf(...Array<typeof task>(100).fill(task))
    // The task and `linear` are entered once, the loop and `isComma` for each character.
    expect([...new Set(counts)]).to.deep.equal([2 + 2 * 1000])
  })
})
