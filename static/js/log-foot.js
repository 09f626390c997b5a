// What stands under a log: which lines are in sight, the ways to its ends, and the lines that were picked, to copy.

const MOST = 2000; // lines that can be copied at once; all of them are in the text file

export class Foot {
  constructor(section, { toFirst, toLast }) {
    this.element = document.createElement("div");
    this.element.className = "pager";
    this.told = this.element.appendChild(document.createElement("span"));
    const end = this.element.appendChild(document.createElement("span"));
    end.className = "end";
    this.copy = end.appendChild(button(""));
    this.copy.hidden = true;
    this.icon = section.querySelector(".log-q svg").cloneNode(true);
    const use = this.icon.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#i-copy"));
    for (const [name, does] of [["First", toFirst], ["Last", toLast]]) {
      end.appendChild(button(name)).addEventListener("click", does);
    }
    section.append(this.element);
  }

  tell({ found, view, news }) {
    const number = (row) => found.numbers[row].toLocaleString("en");
    let words = "No line is left.";
    if (found.count) words = number(view.firstInSight()) + " to " + number(view.lastInSight()) + " of " + found.count.toLocaleString("en") + (found.count === 1 ? " line" : " lines");
    if (news) words += " · " + news;
    if (this.told.textContent !== words) this.told.textContent = words;
  }

  // site.js copies what a button carries, and says so.
  async offer([first, last], textOf) {
    const count = Math.min(last - first + 1, MOST);
    this.copy.dataset.copy = await textOf(first, first + count - 1);
    this.copy.replaceChildren(this.icon, count === 1 ? "Copy line " + first.toLocaleString("en") : "Copy " + count.toLocaleString("en") + " lines");
    this.copy.hidden = false;
  }
}

function button(name) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = name;
  return made;
}
