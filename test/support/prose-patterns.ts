/** A phrase that reads like a translation, and the plain way to say it. */
export interface ProsePattern {
  readonly name: string
  /** Line breaks are spaces by the time it is applied, and code in backticks is `CODE`. */
  readonly pattern: RegExp
  /** Says what to write instead. */
  readonly hint: string
  /** A sentence that the pattern finds. */
  readonly before: string
  /** The same sentence in plain English, in which no pattern may match. */
  readonly after: string
}

export const PROSE_PATTERNS: readonly ProsePattern[] = [
  {
    name: 'relative clause as subject',
    // Questions are fine, and so is 'whose' if another string comes before it: 'a key ' + 'whose curve'.
    pattern:
      /(?:^|[.;:!] |\| )(?:Who|Whose|What)\b(?![^.;:!]*\?)|^(?:who|what) (?!if\b)(?![^.;:!]*\?)/,
    hint: 'start with the thing that acts: the client, Node, the proxy, the strategy, you',
    before: 'Who has no acceptable certificate is rejected in the handshake.',
    after:
      'By default, Node rejects clients without a valid certificate during the handshake, so their ' +
      'requests never reach your application.',
  },
  {
    name: 'whoever',
    pattern: /\b(?:who(?:so)?ever|whomever)\b/i,
    hint: 'name the party: any client, any peer, a peer without ...',
    before: 'Client certificate headers are believed whoever sends them: set trustedProxies',
    after:
      'Any peer can set the client certificate header. Set trustedProxies to say which proxies may.',
  },
  {
    name: 'nobody, somebody, everybody',
    // Not the names of accounts and in certificates.
    pattern: /(?<![=:@/])\b(?:no|some|every|any)body\b/i,
    hint: 'say client, peer, caller or user: no client, another user, every peer',
    before: 'An empty list would allow everybody.',
    after: 'An empty list would allow every client.',
  },
  {
    name: "is no, for isn't a",
    pattern:
      /(?<!\b[Tt]here )\b(?:is|are|was|were) no (?!(?:longer|more|less|better|worse|later|sooner|one|matter)\b)[a-z]/,
    hint: 'write "isn\'t a", "aren\'t", or the verb: "doesn\'t count" instead of "is no answer"',
    before: '`undefined` is no answer. It is what callback-style code returns.',
    after: "Returning `undefined` isn't a decision, because callback-style functions do that too.",
  },
  {
    name: 'besides, without a noun',
    pattern: /\bbesides(?=[,.;:]|$)/i,
    hint: 'say "too", "as well" or "everything else"',
    before: 'To read a certificate takes a hundred times as long as all that it does besides.',
    after: 'Parsing a certificate takes about 100 times longer than everything else here.',
  },
  {
    name: 'takes for granted',
    pattern: /\btak(?:e|es|en|ing) for granted\b/i,
    hint: 'say who supplies it: "You supply `findUser()`"',
    before: 'All that the code takes for granted is yours: users or findUser().',
    after: 'You supply findUser() and load key, cert and ca.',
  },
  {
    name: 'takes over',
    pattern: /\btak(?:e|es|en|ing|ook)\b(?: [\w'-]+){0,3} over\b/i,
    hint: 'say "takes ownership of", "copies", "validates", "replaces"',
    before: 'Takes the certificate over, whether it is kept or not.',
    after: "Takes ownership of the certificate, even when it doesn't cache it.",
  },
  {
    name: 'falls in',
    pattern: /\b(?:falls?|fell) in(?:to)?\b(?! (?:the |a |an )?(?:trap|range)\b)/i,
    hint: 'say "happens during"',
    before: 'The decision falls in the HTTP request that asks for the upgrade.',
    after: 'Authentication happens during the HTTP upgrade request.',
  },
  {
    name: 'door, room, house',
    pattern: /(?<!-)\b(?:(?:door|room|house)s?)\b(?! (?:number|for)\b)/i,
    hint: 'say entry point, adapter, layer, module or space',
    before: 'No room knows about those behind it.',
    after: 'Each layer depends only on the layers below it.',
  },
  {
    name: 'not of its',
    pattern: /\bnot of (?:its|their|this|that)\b/i,
    hint: 'say "is not valid url-pem", and what it looks like instead',
    before: 'header x-ssl-client-cert is not of its encoding',
    after:
      'header x-ssl-client-cert is not valid url-pem: no BEGIN line (it looks like base64-der)',
  },
  {
    name: 'refused, for rejected',
    // A connection is refused when nothing listens.
    pattern:
      /(?<!\bconnection\b.{0,40})\brefus(?:e|es|ed|ing|als?)\b(?! (?:the|a|every|all)? ?connections?\b)/i,
    hint: 'say "rejects" of requests, certificates and options',
    before: 'refuses a header that was sent twice',
    after: 'rejects a header that was sent twice',
  },
  {
    name: 'authority, for CA',
    // Not the parts of HTTP/2, URIs and X.509 that have the word in their names.
    pattern:
      /(?<![:=-])(?<!\b(?:Certificate|Certification|URI|URI's|Attribute) )\bauthorit(?:y|ies)\b(?![-_]| (?:key|information|of a URI|of the URI))/i,
    hint: 'say CA',
    before: 'trusts every authority in the file',
    after: 'trusts every CA in the file',
  },
  {
    name: 'let in',
    pattern:
      /\blet(?:s|ting)?\b(?: [\w'-]+){0,8} in(?=[.,;:)]|$| (?:as|or|and|who|without|by|nor|that)\b)/i,
    hint: 'say "accepts", "admits" or "authenticates"',
    before: 'Node lets clients of every CA in the file in.',
    after: 'Node accepts clients of every CA in the file.',
  },
  {
    name: 'stands for, stands on',
    pattern: /\b(?:stand|stood)s?(?:ing)? (?:for|on|in for)\b/i,
    hint: 'say "represents", "means", or "properties of"',
    before: 'one text stands for these bytes',
    after: 'one string represents these bytes',
  },
  {
    name: 'counts, for is accepted',
    pattern:
      /(?<!(?:\b(?:a|the|which|of|and|its|their|these|step|call|line|it|to)|,) )\bcounts?(?=[.,;]|$| (?:as|for|on|with|where|when|only|nothing|also|alike|no|more|if|here)\b)/i,
    hint: 'say "is accepted", "is treated as", "is trusted" or "is checked"',
    before: 'only one from a trusted proxy counts',
    after: 'only a header from a trusted proxy is accepted',
  },
  {
    name: 'of its own',
    pattern: /\bof (?:its|his|her|their|your|our|my|(?:[\w-]+ ){0,3}[\w-]+'s?) own\b/i,
    hint: 'say "its own X" instead of "an X of its own"; "your own function"',
    before: 'runs in a process of its own',
    after: 'runs in its own process',
  },
  {
    name: 'texts, for strings',
    pattern: /\btexts\b/i,
    hint: 'say strings, values or messages',
    before: 'compares the texts of the two headers',
    after: 'compares the values of the two headers',
  },
  {
    name: 'is to be',
    pattern: /\b(?:is|are|was|were)(?:n't| not)? to be [a-z]+/i,
    hint: 'say "must", "should" or "will be"',
    before: 'a header that is not to be read',
    after: 'a header that must not be read',
  },
  {
    name: 'so is, such is',
    pattern: /(?:^|[.;!] )(?:So|Nor|Neither|Such|Thus) (?:is|are|does|do|did|has|have|was|were)\b/,
    hint: 'repeat the noun: "Values with a comma are rejected, too"',
    before: 'A repeated header is rejected. So is one without a value.',
    after: 'A repeated header is rejected, and a header without a value as well.',
  },
  {
    name: 'the same, as a sentence',
    pattern:
      /(?:^|[.;!] )The same(?=[,.;:]| (?:as|with|for|in|of|at|goes|holds|is|but|where|when|by|again)\b)/,
    hint: 'repeat what is the same',
    before: 'The same with a space for each line end.',
    after: 'Decodes PEM that has a space for each line end.',
  },
  {
    name: 'nothing, for undefined',
    pattern: /(?:^|[.;!] )[Nn]othing (?:when|where|if|for|unless|that|is|of)\b/,
    hint: 'name the value: `undefined`, `null`, an empty list',
    before: 'nothing when the certificate is valid',
    after: '`undefined` when the certificate is valid',
  },
  {
    name: 'says no',
    pattern:
      /\b(?:says?|said|saying) (?:yes|no)(?=[.,;:)]|$| (?:and|or|ends|to|is|by)\b)|\b(?:a|an) (?:yes|no)\b/,
    hint: 'say "returns false", "rejects" or "allows"',
    before: 'the first that says no ends it',
    after: 'stops at the first predicate that returns false',
  },
]

/** A phrase that was found in a sentence. */
export interface ProseFinding extends ProsePattern {
  /** The position of its first character. */
  readonly index: number
}

export function findStiffProse(text: string): ProseFinding[] {
  const plain = withoutCode(text)
  return PROSE_PATTERNS.flatMap((entry) => {
    const index = plain.search(entry.pattern)
    return index === -1 ? [] : [{ ...entry, index }]
  })
}

/** Keeps the length, so that positions stay valid. */
function withoutCode(text: string): string {
  return text
    .replaceAll(/`[^`]*`|\{(?:[^{}]|\{[^{}]*\})*\}/g, (code) => 'CODE'.padEnd(code.length, '_'))
    .replaceAll(/\s/g, ' ')
}
