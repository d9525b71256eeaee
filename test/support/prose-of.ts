import ts from 'typescript'

/** A comment or a string of a source file that a person reads. */
export interface Prose {
  readonly text: string
  /** The line of the character at an index of the text, from 1. */
  readonly lineAt: (index: number) => number
}

interface Piece {
  readonly text: string
  /** Its position in the file. */
  readonly at: number
}

const OPTIONS: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.Latest,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
}

/** The comments, strings and templates of a source file that hold at least two words. */
export function proseOf(source: string, fileName = 'file.ts'): Prose[] {
  const file = ts.createSourceFile(fileName, source, OPTIONS)
  const toLine = (at: number): number => file.getLineAndCharacterOfPosition(at).line + 1
  return [...commentsOf(file), ...stringsOf(file)]
    .map((pieces) => joinPieces(pieces, toLine))
    .filter(({ text }) => /[A-Za-z]\S* +\S*[A-Za-z]/.test(text.replaceAll('\n', ' ')))
}

function joinPieces(pieces: readonly Piece[], toLine: (at: number) => number): Prose {
  const text = pieces.map((piece) => piece.text).join('')
  return {
    text,
    lineAt(index) {
      let rest = index
      for (const piece of pieces) {
        if (rest < piece.text.length) return toLine(piece.at)
        rest -= piece.text.length
      }
      return toLine(pieces.at(-1)?.at ?? 0)
    },
  }
}

/** Joins the lines of each paragraph, of each tag of a doc comment, and of line comments in a row. */
function commentsOf(file: ts.SourceFile): Piece[][] {
  const source = file.text
  const paragraphs: Piece[][] = []
  let end = -1
  for (const range of commentRanges(file)) {
    const follows = end !== -1 && /^\r?\n[ \t]*$/.test(source.slice(end, range.pos))
    const isLine = source.startsWith('//', range.pos)
    end = isLine ? range.end : -1
    const last = paragraphs.at(-1)
    const found = splitParagraphs(source.slice(range.pos, range.end), range.pos)
    if (isLine && follows && last !== undefined) last.push(...found.flat())
    else paragraphs.push(...found)
  }
  return paragraphs
}

/** Blanks strings, templates and regular expressions first, because `//` inside one isn't a comment. */
function commentRanges(file: ts.SourceFile): { readonly pos: number; readonly end: number }[] {
  let code = ''
  const visit = (node: ts.Node): void => {
    if (isLiteral(node)) {
      const start = node.getStart(file)
      code = (code + file.text.slice(code.length, start)).padEnd(node.end, '_')
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  code += file.text.slice(code.length)
  return [...code.matchAll(/\/\/.*|\/\*[^]*?\*\//g)].map(({ index, 0: { length } }) => ({
    pos: index,
    end: index + length,
  }))
}

function isLiteral(node: ts.Node): boolean {
  return (
    ts.isStringLiteral(node) ||
    ts.isTemplateLiteralToken(node) ||
    node.kind === ts.SyntaxKind.RegularExpressionLiteral
  )
}

function splitParagraphs(comment: string, at: number): Piece[][] {
  const paragraphs: Piece[][] = [[]]
  let isCode = false
  let start = at
  for (const line of comment.split('\n')) {
    const text = line.replace(/^\s*(?:\/\*+|\*(?!\/)|\/\/)? ?/, '').replace(/\s*\*\/\s*$/, '')
    const tag = /^@([\w-]+)/.exec(text)?.[1]
    if (tag !== undefined) isCode = tag === 'example' || tag === 'typedef'
    if (text === '' || tag !== undefined || text.startsWith('- ')) paragraphs.push([])
    const prose = text.replace(/^@[\w-]+ ?(?:\w+ - )?|^- /, '')
    if (!isCode && prose !== '') paragraphs.at(-1)?.push({ text: `${prose}\n`, at: start })
    start += line.length + 1
  }
  return paragraphs.filter((pieces) => pieces.length > 0)
}

function stringsOf(file: ts.SourceFile): Piece[][] {
  const found: Piece[][] = []
  const visit = (node: ts.Node): void => {
    const pieces = piecesOf(node, file)
    if (pieces.some(({ text }) => text !== VALUE)) found.push(pieces)
    // An expression inside a template may contain strings, too.
    if (pieces.length > 0) valuesOf(node, file).forEach(visit)
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** Replaces each expression inside a template or a sum. */
const VALUE = 'VALUE'

/** The parts of a string, a template or a sum of them; an empty list for any other node. */
function piecesOf(node: ts.Node, file: ts.SourceFile): Piece[] {
  if (ts.isStringLiteralLike(node)) return [pieceOf(node, file)]
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.flatMap((span) => [
      { text: VALUE, at: span.expression.pos },
      pieceOf(span.literal, file),
    ])
    return [pieceOf(node.head, file), ...spans]
  }
  if (!isSum(node)) return []
  const [left, right] = [piecesOf(node.left, file), piecesOf(node.right, file)]
  if (left.length + right.length === 0) return []
  const asValue = (part: ts.Node): Piece => ({ text: VALUE, at: part.getStart(file) })
  return [
    ...(left.length > 0 ? left : [asValue(node.left)]),
    ...(right.length > 0 ? right : [asValue(node.right)]),
  ]
}

function pieceOf(node: ts.LiteralLikeNode, file: ts.SourceFile): Piece {
  return { text: node.text, at: node.getStart(file) }
}

function isSum(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken
}

/** The expressions inside a template or a sum. */
function valuesOf(node: ts.Node, file: ts.SourceFile): ts.Node[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression)
  if (!isSum(node)) return []
  return [node.left, node.right].flatMap((part) =>
    piecesOf(part, file).length > 0 ? valuesOf(part, file) : [part],
  )
}
