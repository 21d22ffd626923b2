/**
 * Cuts KERN's global style sheet down to what a shadow root needs and can use.
 *
 * KERN is written for whole pages: tokens on `:root`, layout by left and right, sizes in `rem` of
 * the page. Inside somebody else's page none of these hold, so they are rewritten here, once, at
 * build time, and whatever the widget does not use is left out.
 */

import postcss, { type Declaration, type Root, type Rule } from 'postcss';

const CLASS = /\.(kern-[\w-]+)/g;
const VARIABLE = /var\((--[\w-]+)/g;
const REM = /(?<![\w.-])(-?\d*\.?\d+)rem\b/g;
const PAGE = /^(html|body|iframe|area|img|picture|video|canvas|\[contentEditable|\[tabindex)/;

/** Physical directions and their logical counterparts, so that right-to-left needs no rules. */
const LOGICAL: Readonly<Record<string, string>> = {
  'margin-left': 'margin-inline-start',
  'margin-right': 'margin-inline-end',
  'padding-left': 'padding-inline-start',
  'padding-right': 'padding-inline-end',
  'border-left': 'border-inline-start',
  'border-right': 'border-inline-end',
  left: 'inset-inline-start',
  right: 'inset-inline-end',
};

/** The part of KERN that `sources` name by class, for `:host` instead of `:root`. */
export function kernFor(kern: string, sources: readonly string[]): string {
  const root = postcss.parse(kern);
  const used = new Set(sources.flatMap((source) => source.match(/kern-[\w-]+/g) ?? []));
  root.walkComments((comment) => { comment.remove(); });
  root.walkAtRules('charset', (rule) => { rule.remove(); });
  root.walkRules((rule) => { scope(rule, used); });
  adapt(root);
  dropUnusedTokens(root, sources);
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) {
      rule.remove();
    }
  });
  return root.toString();
}

/** For style sheets of our own, which are written in `rem` and logical properties already. */
export function adaptOwn(css: string): string {
  const root = postcss.parse(css);
  root.walkDecls((declaration) => {
    declaration.value = ownRem(declaration.value);
  });
  root.walkComments((comment) => { comment.remove(); });
  return root.toString();
}

function scope(rule: Rule, used: ReadonlySet<string>): void {
  const kept = rule.selectors.map(hosted).filter((selector) => {
    const classes = [...selector.matchAll(CLASS)].map((match) => match[1] ?? '');
    // Icons come as inline SVG: a county's content security policy may forbid data: images.
    return !PAGE.test(selector) && classes.every((name) => used.has(name) && !name.includes('icon--'));
  });
  if (kept.length === 0) {
    rule.remove();
  } else {
    rule.selectors = kept;
  }
}

function hosted(selector: string): string {
  if (selector === ':root' || selector.startsWith(':is(body,')) {
    return ':host';
  }
  const theme = /^\[data-kern-theme=(light|dark)\]$/.exec(selector)?.[1];
  return theme === undefined ? selector : `:host([data-theme=${theme}])`;
}

function adapt(root: Root): void {
  root.walkDecls((declaration) => {
    declaration.prop = LOGICAL[declaration.prop] ?? declaration.prop;
    if (declaration.prop === 'text-align') {
      declaration.value = declaration.value.replace('left', 'start').replace('right', 'end');
    }
    declaration.value = ownRem(declaration.value);
  });
}

/** The page may set any size on `html`; ours follows the size that the reader chose. */
function ownRem(value: string): string {
  return value.replace(REM, (_, number: string) =>
    Number(number) === 0 ? '0px' : `calc(${number}*var(--kl-rem))`,
  );
}

function dropUnusedTokens(root: Root, sources: readonly string[]): void {
  const tokens = new Map<string, Declaration[]>();
  const needed = new Set<string>();
  const need = (text: string): void => {
    for (const match of text.matchAll(VARIABLE)) {
      const name = match[1] ?? '';
      if (!needed.has(name)) {
        needed.add(name);
        tokens.get(name)?.forEach((token) => { need(token.value); });
      }
    }
  };
  root.walkDecls(/^--/, (token) => {
    tokens.set(token.prop, [...(tokens.get(token.prop) ?? []), token]);
  });
  root.walkDecls((declaration) => {
    if (!declaration.prop.startsWith('--')) {
      need(declaration.value);
    }
  });
  sources.forEach(need);
  for (const [name, declarations] of tokens) {
    if (!needed.has(name)) {
      declarations.forEach((declaration) => { declaration.remove(); });
    }
  }
  root.walkRules((rule) => {
    if (rule.nodes.length === 0) {
      rule.remove();
    }
  });
}
