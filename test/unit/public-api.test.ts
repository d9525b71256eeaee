import { expect } from 'chai'
import ts from 'typescript'
import { EXPORTED_NAMES, listDocumented } from '../support/public-api.js'

const PACKAGE = 'passport-client-certificate-auth'
const CODES = ['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'ERR_UNSUPPORTED_RUNTIME']

const documented = listDocumented()
const examples = documented.flatMap((each) =>
  each.examples.map((example) => ({ name: each.name, example })),
)

/** The faults of an example: its syntax, and imports of this package that don't exist or aren't used. */
function faultsOf(example: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(example, { reportDiagnostics: true })
  const { statements } = ts.createSourceFile('example.ts', example, ts.ScriptTarget.Latest)
  const rest = statements.filter((statement) => !ts.isImportDeclaration(statement))
  const body = rest.map(({ pos, end }) => example.slice(pos, end)).join('')
  return [
    ...diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
    ...statements
      .filter(ts.isImportDeclaration)
      .flatMap((statement) => importFaults(statement, body)),
  ]
}

function importFaults(
  { moduleSpecifier, importClause }: ts.ImportDeclaration,
  body: string,
): string[] {
  const from = (moduleSpecifier as ts.StringLiteral).text
  if (!from.startsWith(PACKAGE)) return []
  const exported = EXPORTED_NAMES.get(from)
  if (exported === undefined) return [`${from} is not an entry of the package`]
  const bindings = importClause?.namedBindings
  const elements = bindings && ts.isNamedImports(bindings) ? bindings.elements : []
  const names = elements.map(({ propertyName, name }) => (propertyName ?? name).text)
  return [
    ...names.filter((name) => !exported.includes(name)).map((name) => `${from} has no ${name}`),
    ...elements
      .map(({ name }) => name.text)
      .filter((name) => !new RegExp(`\\b${name}\\b`).test(body))
      .map((name) => `${name} isn't used`),
  ]
}

describe('the doc comment of a public function, class or method', () => {
  for (const { name, examples: own, throws, mayThrow } of documented) {
    it(`has an example that imports the package: ${name}`, () => {
      expect(own.some((example) => example.includes(` from '${PACKAGE}`))).to.equal(true)
    })

    if (!mayThrow && throws.length === 0) continue
    it(`says which codes the errors have: ${name}`, () => {
      const codes = throws.flatMap((text) => text.match(/\bERR_[A-Z_]+/g) ?? [])
      expect(codes).not.to.be.empty
      expect(CODES).to.include.members(codes)
    })
  }

  for (const { name, example } of examples) {
    it(`has an example that can be compiled and imports names that exist: ${name}`, () => {
      expect(faultsOf(example)).to.deep.equal([])
    })
  }
})

describe('the check of doc comments', () => {
  it('finds functions, constants, overloads, classes, constructors and methods of every entry', () => {
    const names = documented.map(({ name }) => name)
    expect([...EXPORTED_NAMES.keys()]).to.have.lengthOf.at.least(8)
    expect(names).to.include.members([
      './extractor createExtractor',
      './parsers parseXfcc',
      '. Strategy',
      '. Strategy.authenticate',
    ])
    const beginning = (text: string) => names.filter((name) => name.startsWith(text))
    expect(beginning('new . Strategy')).to.have.lengthOf(3)
    expect(beginning('./middleware clientCertificateAuth')).to.have.lengthOf(2)
  })

  it('knows what throws, also through the functions that are called', () => {
    const throwing = documented.filter(({ mayThrow }) => mayThrow).map(({ name }) => name)
    expect(throwing).to.include.members(['./extractor createExtractor', './helpers allowCN'])
    expect(throwing).not.to.include.members(['./parsers parseXfcc'])
    expect(throwing).not.to.include.members(['./server assertHostMatchesServername'])
  })

  const faulty: [fault: string, example: string][] = [
    [`${PACKAGE} has no allowCN`, `import { allowCN } from '${PACKAGE}'\nallowCN('a')`],
    [`${PACKAGE}/none is not an entry of the package`, `import { a } from '${PACKAGE}/none'\na()`],
    ["Strategy isn't used", `import { Strategy } from '${PACKAGE}'`],
    ["')' expected.", 'f('],
  ]
  for (const [fault, example] of faulty) {
    it(`finds a fault: ${fault}`, () => {
      expect(faultsOf(example)).to.deep.equal([fault])
    })
  }
})
