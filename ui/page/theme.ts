import { el } from './dom.ts';

const KEY = 'leakwatch-theme';
const CHOICES = ['system', 'light', 'dark'] as const;
type Choice = (typeof CHOICES)[number];

/** Lets the button go round system, light and dark; calls back when colours may have changed. */
export function followTheme(button: HTMLButtonElement, onChange: () => void): void {
  let choice = stored();
  const apply = () => {
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    button.textContent = { system: 'Auto', light: 'Light', dark: 'Dark' }[choice];
    button.setAttribute('aria-label', `Colours: ${button.textContent}`);
    known.clear();
    onChange();
  };
  button.addEventListener('click', () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    store(choice);
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
}

/** Asking the browser costs a recalculation of styles each time, and charts ask for some hundred colours. */
const known = new Map<string, string>();

/** The present value of a custom property that holds a colour. */
export function colour(property: `--${string}`): string {
  let value = known.get(property);
  if (value === undefined) known.set(property, (value = computedColour(property)));
  return value;
}

function computedColour(property: `--${string}`): string {
  const probe = el('span', { hidden: true });
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function stored(): Choice {
  try {
    const value = localStorage.getItem(KEY);
    return CHOICES.find((choice) => choice === value) ?? 'system';
  } catch {
    return 'system'; // a page from disk may have no storage
  }
}

function store(choice: Choice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // then it holds for this page only
  }
}
