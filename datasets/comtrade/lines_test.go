package comtrade_test

import (
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/flows"
)

// lines are those of all minerals for which keep says so.
func lines(keep func(hs.Line) bool) (out []hs.Line) {
	for _, m := range []flows.Mineral{flows.Gold, flows.Tantalum, flows.Tin, flows.Tungsten} {
		for _, l := range hs.Lines(m) {
			if keep(l) {
				out = append(out, l)
			}
		}
	}
	return out
}

// allGoods stands for all goods: genuine files that hold them test the reading of everything but the lines.
func allGoods() []hs.Line {
	return []hs.Line{{Code: "TOTAL", Mineral: flows.Gold, First: hs.H0, Last: hs.H6, Basis: flows.Gross}}
}
