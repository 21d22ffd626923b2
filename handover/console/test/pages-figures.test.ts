import { describe, expect, it } from 'vitest';
import { barsOverTime, busiest, formatDuration, hourRows, lastDays } from '../src/figures';
import { figuresTexts } from '../src/figures-texts';
import { figures, group } from './figures-builders';
import { setPagesStage, type PagesStage } from './pages-stage';

const lead = (office: string) => ({ office, role: 'lead', team: null }) as const;
const rows = (chart: string): string[] =>
  [...document.querySelectorAll(`[data-chart="${chart}"] li`)].map((row) =>
    row.textContent.replaceAll(/\s+/g, ' ').trim(),
  );
const days = (count: number) => Array.from({ length: count }, (_, index) => {
  const at = new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);
  return group(at, 1);
});

describe('durations', () => {
  it.each([
    [null, '–'],
    [0, '0 s'],
    [59, '59 s'],
    [180, '3 min'],
    [3599, '1 h'],
    [3900, '1 h 5 min'],
    [86_399, '1 Tag'],
    [97_200, '1 Tag 3 h'],
    [172_800, '2 Tage'],
  ])('%s seconds read %s', (seconds, shown) => {
    expect(formatDuration(seconds)).toBe(shown);
  });
});

describe('ranges', () => {
  it("are days of the county, not of Greenwich's", () => {
    expect(lastDays(7, Date.parse('2026-11-20T23:30:00Z'))).toEqual({ from: '2026-11-15', to: '2026-11-21' });
    expect(lastDays(1, Date.parse('2026-03-29T00:30:00Z'))).toEqual({ from: '2026-03-29', to: '2026-03-29' });
  });

  it('are drawn by day, week or month, and lose nothing', () => {
    for (const [count, unit] of [[31, 'day'], [32, 'week'], [217, 'week'], [366, 'month']] as const) {
      const drawn = barsOverTime(days(count));
      expect(drawn.unit).toBe(unit);
      expect(drawn.bars.length).toBeLessThanOrEqual(32);
      expect(drawn.bars.reduce((sum, bar) => sum + bar.value, 0)).toBe(count);
    }
    expect(barsOverTime(days(1)).bars[0]?.label).toBe('Do 1.1.');
    // 1 January 2026 is a Thursday: its week began in the old year.
    expect(barsOverTime(days(40)).bars[0]).toEqual({ key: '2025-12-29', label: '29.12.', value: 4 });
  });
});

describe('the hours of a week', () => {
  it('reach from the first to the last in which anybody asked', () => {
    const late = { weekday: 6, hour: 22, requested: 3, abandoned: 0, pickup_median_s: null };
    expect(hourRows([late]).map(({ hour }) => hour)).toEqual(Array.from({ length: 15 }, (_, i) => 8 + i));
    expect(hourRows([late]).at(-1)?.counts).toEqual([0, 0, 0, 0, 0, 0, 3]);
    expect(busiest([late])).toBe(late);
    expect(busiest([])).toBeNull();
  });
});

describe('the page', () => {
  const open = (...offices: string[]): Promise<PagesStage> =>
    setPagesStage('#/auswertung', (pages) => { pages.as(...offices.map(lead)); });
  const asked = (stage: PagesStage): string[] =>
    stage.server.requests.filter(({ path }) => path.startsWith('/figures')).map(({ path }) => path);

  it('asks for the last seven days of all that one leads', async () => {
    const stage = await open('kfz', 'abh');
    expect(asked(stage)).toEqual(['/figures?from=2026-11-15&to=2026-11-21']);
    expect(document.querySelector('a[download]')?.getAttribute('href')).toBe(
      'api/v1/figures.csv?from=2026-11-15&to=2026-11-21',
    );
  });

  it('asks again for another office or range, but not for one that ends before it begins', async () => {
    const stage = await open('kfz', 'abh');
    const choose = async (id: string, value: string): Promise<void> => {
      const field = document.querySelector<HTMLInputElement>(`#${id}`);
      if (field !== null) {
        field.value = value;
        field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input'));
      }
      await stage.settle();
    };
    await choose('figures-office', 'abh');
    await choose('figures-range', 'today');
    expect(asked(stage).at(-1)).toBe('/figures?office=abh&from=2026-11-21&to=2026-11-21');

    await choose('figures-range', 'own');
    await choose('figures-from', '2026-11-30');
    const before = asked(stage).length;
    document.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await stage.settle();
    expect(stage.text()).toContain(figuresTexts.wrongRange);
    expect(asked(stage)).toHaveLength(before);
  });

  it('shows a dash for what does not exist, and a zero for none', async () => {
    await open('kfz');
    const tiles = (part: string): string[] =>
      [...document.querySelectorAll(`[data-testid="${part}"] .kl-tile`)].map((tile) =>
        tile.textContent.replaceAll(/\s+/g, ' ').trim(),
      );
    expect(tiles('now')).toContain('Längste Wartezeit –');
    expect(tiles('now')).toContain('Offene Nachrichten 0');
    expect(tiles('total')).toContain(
      'Wartezeit bis zur Übernahme Hälfte der Fälle: höchstens 3 min 9 von 10 Fällen: höchstens 1 h 5 min aus 40 Fällen',
    );
    expect(tiles('total')).toContain('Bearbeitungsdauer Hälfte der Fälle: – 9 von 10 Fällen: – aus 2 Fällen');
    expect(tiles('total')).toContain('Antworten als hilfreich bewertet –');
  });

  it('names what each bar stands for, folded groups and real ones apart', async () => {
    await open('kfz');
    expect(rows('language')).toEqual(['Deutsch 30', 'Türkisch 12', 'Übrige 3']);
    expect(rows('service')).toEqual(['Fahrzeug ummelden 40', 'ohne Angabe 5']);
    expect(rows('closeReason')).toEqual(['Anliegen geklärt 30', 'Anderer Grund 8']);
    expect(document.querySelector('[data-chart="office"]')).toBeNull();
  });

  it('has a title and a table beside every chart', async () => {
    await open('kfz');
    const charts = [...document.querySelectorAll('figure')];
    expect(charts).toHaveLength(8);
    for (const chart of charts) {
      expect(chart.querySelector('figcaption')?.textContent).toBeTruthy();
      expect(chart.querySelector('table')).not.toBeNull();
    }
  });

  it('says nothing per person', async () => {
    const stage = await open('kfz');
    expect(stage.text()).toContain('Es gibt keine Zahlen je Person.');
    expect(Object.keys(figures()).filter((key) => key.includes('caseworker'))).toEqual([]);
  });
});
