// How Sphinx orders what a search finds: pages that explain come before members of the reference, and first of all
// those whose title has every word that was searched for.
const words = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().split(/[^\p{L}\p{N}+]+/u).filter(Boolean);
var Scorer = {
  score: ([page, title, , , score]) => {
    const heading = title.toLowerCase();
    const named = words.length > 0 && words.every((word) => heading.includes(word));
    return score + (/^(guide\/|tutorial)/.test(page) ? 12 : 0) + (named ? 10 : 0);
  },
  objNameMatch: 11,
  objPartialMatch: 2,
  objPrio: { 0: 5, 1: 0, 2: -5 },
  objPrioDefault: 0,
  title: 20,
  partialTitle: 10,
  term: 5,
  partialTerm: 2,
};
