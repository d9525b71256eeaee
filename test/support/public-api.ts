import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import manifest from '../../package.json' with { type: 'json' }

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A public function, class, constructor or method, with the doc comment that an editor shows. */
export interface Documented {
  /** Such as `./server reloadable`, or `. Strategy.authenticate`; overloads have the types of parameters. */
  readonly name: string
  readonly examples: readonly string[]
  readonly throws: readonly string[]
  /** Whether calling it runs a `throw` that nothing in `src` catches. */
  readonly mayThrow: boolean
}

/** The source file of each public entry, under the name by which applications import it. */
const ENTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries(manifest.exports).flatMap(([name, entry]) =>
    typeof entry === 'object'
      ? [[name, `${ROOT}${entry.require.replace('./dist/cjs/', 'src/').replace('.js', '.ts')}`]]
      : [],
  ),
)

const program = ts.createProgram({
  rootNames: [...ENTRIES.values(), `${ROOT}src/strategy/passport-strategy.d.ts`],
  options: { module: ts.ModuleKind.Node20, target: ts.ScriptTarget.ES2022, strict: true },
})
const checker = program.getTypeChecker()

function exportsOf(file: string): ts.Symbol[] {
  const source = program.getSourceFile(file)
  const symbol = source && checker.getSymbolAtLocation(source)
  return symbol === undefined ? [] : checker.getExportsOfModule(symbol)
}

const resolve = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** The names that applications can import from each entry, such as `passport-client-certificate-auth/server`. */
export const EXPORTED_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  [...ENTRIES].map(([entry, file]) => [
    entry.replace('.', manifest.name),
    exportsOf(file).map(({ name }) => name),
  ]),
)

/** Everything that the entries export and that can be called, each once. */
export function listDocumented(): Documented[] {
  const seen = new Set<ts.Symbol>()
  return [...ENTRIES].flatMap(([entry, file]) =>
    exportsOf(file)
      .map(resolve)
      .filter((symbol) => !seen.has(symbol) && seen.add(symbol))
      .flatMap((symbol) => describe(`${entry} ${symbol.name}`, symbol)),
  )
}

function describe(name: string, symbol: ts.Symbol): Documented[] {
  const [declaration] = symbol.declarations ?? []
  if (declaration === undefined) return []
  if (ts.isClassDeclaration(declaration)) return describeClass(name, symbol, declaration)
  if (ts.isFunctionDeclaration(declaration)) {
    return describeOverloads(name, symbol, checker.getTypeOfSymbol(symbol).getCallSignatures())
  }
  const isCalled =
    ts.isVariableDeclaration(declaration) &&
    checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0
  const tags = symbol.getJsDocTags(checker)
  return isCalled ? [documented(name, tags, bodiesOf(symbol))] : []
}

function describeClass(
  name: string,
  symbol: ts.Symbol,
  { members }: ts.ClassDeclaration,
): Documented[] {
  const signatures = checker.getTypeOfSymbol(symbol).getConstructSignatures()
  const methods = members.filter(ts.isMethodDeclaration).filter((member) => !isPrivate(member))
  return [
    documented(name, symbol.getJsDocTags(checker), []),
    ...(signatures.length > 1 ? describeOverloads(`new ${name}`, symbol, signatures) : []),
    ...methods.map((method) => {
      const tags = checker.getSignatureFromDeclaration(method)?.getJsDocTags() ?? []
      return documented(`${name}.${method.name.getText()}`, tags, method.body ? [method.body] : [])
    }),
  ]
}

const isPrivate = (member: ts.ClassElement): boolean =>
  (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) > 0

function describeOverloads(
  name: string,
  symbol: ts.Symbol,
  signatures: readonly ts.Signature[],
): Documented[] {
  return signatures.map((signature) => {
    const types = signature.parameters.map((parameter) =>
      checker.typeToString(checker.getTypeOfSymbol(parameter)),
    )
    const title = signatures.length > 1 ? `${name}(${types.join(', ')})` : name
    return documented(title, signature.getJsDocTags(), bodiesOf(symbol))
  })
}

function documented(
  name: string,
  tags: readonly ts.JSDocTagInfo[],
  bodies: readonly ts.Node[],
): Documented {
  const textsOf = (tag: string) =>
    tags.filter((each) => each.name === tag).map(({ text }) => ts.displayPartsToString(text))
  return {
    name,
    examples: textsOf('example'),
    throws: textsOf('throws'),
    mayThrow: bodies.some((body) => throwsIn(body, new Set())),
  }
}

/** The code that a call of a function runs, or that `new` of a class runs. */
function bodiesOf(symbol: ts.Symbol): ts.Node[] {
  return (symbol.declarations ?? []).flatMap((declaration) => {
    if (ts.isClassDeclaration(declaration)) {
      return declaration.members
        .filter(ts.isConstructorDeclaration)
        .flatMap(({ body }) => body ?? [])
    }
    const initial = ts.isVariableDeclaration(declaration) ? declaration.initializer : declaration
    return initial !== undefined && ts.isFunctionLike(initial) && 'body' in initial
      ? ((initial.body as ts.Node | undefined) ?? [])
      : []
  })
}

/** Functions inside are left out, because they may run later, or never. */
function throwsIn(node: ts.Node, seen: Set<ts.Node>): boolean {
  if (ts.isThrowStatement(node)) return true
  if (ts.isFunctionLike(node)) return false
  if (ts.isTryStatement(node) && node.catchClause !== undefined) {
    return throwsIn(node.catchClause, seen)
  }
  if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && callThrows(node, seen)) return true
  return ts.forEachChild(node, (child) => throwsIn(child, seen)) ?? false
}

function callThrows({ expression }: ts.CallExpression | ts.NewExpression, seen: Set<ts.Node>) {
  const symbol = checker.getSymbolAtLocation(expression)
  // Mutation tests add these functions to every file, and some of them throw.
  if (symbol === undefined || symbol.name.startsWith('stry')) return false
  return bodiesOf(resolve(symbol)).some((body) => {
    if (seen.has(body) || !body.getSourceFile().fileName.startsWith(`${ROOT}src/`)) return false
    seen.add(body)
    return throwsIn(body, seen)
  })
}
