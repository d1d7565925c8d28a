package area

// Publisher is one whose names of areas are known. A name that two areas bear means the publisher's own to its ByName. Any other value knows
// what everybody knows.
type Publisher string

// The publishers whose files were read.
const (
	Comtrade Publisher = "comtrade" // UN Comtrade: names in its lists and web downloads
	BACI     Publisher = "baci"     // CEPII's country table
	USGS     Publisher = "usgs"     // Mineral Commodity Summaries, Minerals Yearbook
	BGS      Publisher = "bgs"      // World Mineral Statistics
	WMD      Publisher = "wmd"      // World Mining Data, Austria
	OWID     Publisher = "owid"     // Our World in Data
	EITI     Publisher = "eiti"     // Extractive Industries Transparency Initiative
)

// ByName returns the area that the publisher means by a name. The error is an *AmbiguousError where two areas bear the name and the
// publisher is not known for one of them, an *UnknownError where none does.
func (p Publisher) ByName(name string) (Area, error) {
	t, err := loaded()
	if err != nil {
		return Area{}, err
	}
	spelled := t.names[key(name)]
	found := spelled.by(p)
	switch len(found) {
	case 0:
		return Area{}, &UnknownError{What: "area", Value: name, Nearest: t.nearest(name, p)}
	case 1:
		return t.areas[found[0]], nil
	}
	return Area{}, t.ambiguous(name, found)
}
