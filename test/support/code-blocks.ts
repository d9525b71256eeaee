/** The blocks of code of a Markdown page in one language. */
export function listBlocks(page: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm')
  return [...page.matchAll(pattern)].map(([, block = '']) => block)
}

/** Removes the indentation that all lines have in common. */
function dedent(text: string): string {
  const lines = text.split('\n')
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const depth = Math.min(...depths)
  return lines.map((line) => line.slice(depth)).join('\n')
}

/** Whether the program has these lines one after another, with any indentation. */
export function hasLines(program: string, block: string): boolean {
  const lines = program.split('\n')
  const wanted = dedent(block.trimEnd())
  const { length } = wanted.split('\n')
  return lines.some((_, start) => dedent(lines.slice(start, start + length).join('\n')) === wanted)
}
