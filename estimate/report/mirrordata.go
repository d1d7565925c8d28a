package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// MirrorSchema is the value of the field "schema" of what MirrorJSON writes. It changes when a field changes its meaning.
const MirrorSchema = "mineralflows/mirror/v1"

type jsonMirror struct {
	Schema     string            `json:"schema"`
	Scenario   string            `json:"scenario"`
	Seed       uint64            `json:"seed"`
	Draws      int               `json:"draws"`
	Level      float64           `json:"level"`
	Lag        int               `json:"lag_months"`
	Except     []string          `json:"except"`
	Band       [2]float64        `json:"band"`
	Gaps       []jsonGap         `json:"gaps"`
	Series     []jsonSeries      `json:"series"`
	Reporters  []jsonReliability `json:"reporters"`
	UnitValues []jsonUnitValue   `json:"unit_values"`
	Aside      []jsonMirrorAside `json:"aside"`
	Warnings   []jsonWarning     `json:"warnings"`
	Origins    []jsonOrigin      `json:"origins"`
}

// jsonBounded is a summary that may be a floor or a ceiling.
type jsonBounded struct {
	jsonSummary
	Bound string `json:"bound"`
}

type jsonCompared struct {
	Exporter *jsonBounded `json:"exporter"`
	Importer *jsonBounded `json:"importer"`
	Gap      *jsonSurplus `json:"gap"`
	Relative *jsonBounded `json:"relative"`
	Without  *jsonSurplus `json:"without_exceptions"`
}

type jsonGap struct {
	Mineral    flows.Mineral    `json:"mineral"`
	Kind       estimate.GapKind `json:"kind"`
	From       flows.Place      `json:"from"`
	To         flows.Place      `json:"to"`
	Period     string           `json:"period"`
	Basis      flows.Basis      `json:"basis"`
	Tonnes     *jsonCompared    `json:"tonnes"`
	USD        *jsonCompared    `json:"usd_fob"`
	Worth      *jsonBounded     `json:"worth_usd"`
	Exceptions []jsonExcepted   `json:"exceptions"`
	Noise      *jsonNoise       `json:"noise"`
	Weight     *float64         `json:"baci_weight_exporter"`
	Claims     []jsonTradeClaim `json:"claims"`
	Warnings   []jsonWarning    `json:"warnings"`
}

type jsonExcepted struct {
	Part     string       `json:"part"`
	Meaning  string       `json:"meaning"`
	Exporter *jsonBounded `json:"exporter"`
	Importer *jsonBounded `json:"importer"`
}

type jsonNoise struct {
	LogRatio  float64 `json:"log_ratio"`
	Floor     float64 `json:"floor"`
	Periods   int     `json:"other_periods"`
	Times     float64 `json:"times"`
	P         float64 `json:"p"`
	StandsOut bool    `json:"stands_out"`
}

type jsonSeries struct {
	Mineral     flows.Mineral    `json:"mineral"`
	Kind        estimate.GapKind `json:"kind"`
	From        flows.Place      `json:"from"`
	To          flows.Place      `json:"to"`
	Basis       flows.Basis      `json:"basis"`
	Periods     []string         `json:"periods"`
	Floor       float64          `json:"floor"`
	RMS         float64          `json:"rms"`
	MeanLog     float64          `json:"mean_log"`
	SignChanges int              `json:"sign_changes"`
	Exporter    *jsonBounded     `json:"exporter"`
	Importer    *jsonBounded     `json:"importer"`
	Gap         *jsonBounded     `json:"gap"`
	Relative    *jsonBounded     `json:"relative"`
}

type jsonReliability struct {
	Mineral  flows.Mineral    `json:"mineral"`
	Kind     estimate.GapKind `json:"kind"`
	Reporter flows.Place      `json:"reporter"`
	Importer bool             `json:"importer"`
	Flows    int              `json:"flows"`
	Index    float64          `json:"gehlhar_index"`
	Distance *float64         `json:"distance"`
	StdErr   *float64         `json:"std_err"`
	Sigma    *float64         `json:"sigma"`
}

type jsonUnitValue struct {
	Flow     string         `json:"flow"`
	Mineral  flows.Mineral  `json:"mineral"`
	Period   string         `json:"period"`
	Part     string         `json:"part"`
	Reporter flows.Place    `json:"reporter"`
	Basis    flows.Basis    `json:"basis"`
	Value    *jsonBounded   `json:"usd_per_tonne"`
	Ratio    *jsonBounded   `json:"over_price"`
	Fences   *[2]float64    `json:"fences"`
	Group    int            `json:"group"`
	Marks    []string       `json:"marks"`
	Quantity jsonTradeClaim `json:"quantity"`
	Money    jsonTradeClaim `json:"money"`
}

// jsonTradeClaim is a claim that may be of another period than the row it stands in.
type jsonTradeClaim struct {
	Mineral flows.Mineral `json:"mineral"`
	Period  string        `json:"period"`
	Part    string        `json:"part"`
	jsonClaim
}

type jsonMirrorAside struct {
	Claim jsonTradeClaim `json:"claim"`
	Code  flows.Code     `json:"code"`
	Why   string         `json:"why"`
}

// MirrorJSON writes a mirror in the schema "mineralflows/mirror/v1", which the package documentation describes. A number that is not finite
// is an error that names its flow, and nothing is written.
func MirrorJSON(w io.Writer, r *estimate.MirrorResult) error {
	if err := mirrorFinite(r); err != nil {
		return err
	}
	out := jsonMirror{
		Schema: MirrorSchema, Scenario: r.Scenario, Seed: r.Options.Seed, Draws: r.Options.Draws, Level: r.Options.Level, Lag: r.Mirror.Lag,
		Except: append([]string{}, r.Mirror.Except...), Band: r.Mirror.Band, Gaps: []jsonGap{}, Series: []jsonSeries{}, Reporters: []jsonReliability{},
		UnitValues: []jsonUnitValue{}, Aside: []jsonMirrorAside{}, Warnings: warningsJSON(r.Warnings), Origins: []jsonOrigin{},
	}
	for i := range r.Gaps {
		out.Gaps = append(out.Gaps, gapJSON(&r.Gaps[i]))
	}
	for _, s := range r.Series {
		j := jsonSeries{Mineral: s.Mineral, Kind: s.Kind, From: s.From, To: s.To, Basis: s.Basis, Periods: []string{}, Floor: s.Floor, RMS: s.RMS, MeanLog: s.MeanLog, SignChanges: s.SignChanges,
			Exporter: boundedJSON(s.Exporter), Importer: boundedJSON(s.Importer), Gap: boundedJSON(s.Gap), Relative: boundedJSON(s.Relative)}
		for _, p := range s.Periods {
			j.Periods = append(j.Periods, p.String())
		}
		out.Series = append(out.Series, j)
	}
	for _, x := range r.Reporters {
		out.Reporters = append(out.Reporters, jsonReliability(x))
	}
	for i := range r.UnitValues {
		u := &r.UnitValues[i]
		j := jsonUnitValue{Flow: string(u.From) + "->" + string(u.To), Mineral: u.Mineral, Period: u.Period.String(), Part: u.Part, Reporter: u.Reporter, Basis: u.Basis,
			Value: boundedJSON(&u.Value), Ratio: boundedJSON(u.Ratio), Marks: append([]string{}, u.Marks...), Quantity: tradeClaimJSON(&u.Quantity), Money: tradeClaimJSON(&u.Money)}
		if u.Fences != nil {
			j.Fences, j.Group = &[2]float64{u.Fences.Lo, u.Fences.Hi}, u.Fences.N
		}
		out.UnitValues = append(out.UnitValues, j)
	}
	for i := range r.Aside {
		out.Aside = append(out.Aside, jsonMirrorAside{tradeClaimJSON(&r.Aside[i].Claim), r.Aside[i].Code, r.Aside[i].Why})
	}
	for _, o := range r.Origins {
		out.Origins = append(out.Origins, originJSON(o))
	}
	return writeJSON(w, out)
}

func gapJSON(g *estimate.Gap) jsonGap {
	j := jsonGap{Mineral: g.Mineral, Kind: g.Kind, From: g.From, To: g.To, Period: g.Period.String(), Basis: g.Basis, Tonnes: comparedJSON(g.Tonnes), USD: comparedJSON(g.USD),
		Worth: boundedJSON(g.Worth), Exceptions: []jsonExcepted{}, Weight: g.Weight, Claims: []jsonTradeClaim{}, Warnings: warningsJSON(g.Warnings)}
	for _, x := range g.Exceptions {
		j.Exceptions = append(j.Exceptions, jsonExcepted{x.Part, x.Meaning, boundedJSON(x.Exporter), boundedJSON(x.Importer)})
	}
	if g.Noise != nil {
		n := jsonNoise(*g.Noise)
		j.Noise = &n
	}
	for i := range g.Claims {
		j.Claims = append(j.Claims, tradeClaimJSON(&g.Claims[i]))
	}
	return j
}

func tradeClaimJSON(c *flows.Claim) jsonTradeClaim {
	return jsonTradeClaim{c.Mineral, c.Period.String(), c.Part, claimJSON(c)}
}

func comparedJSON(c *estimate.Compared) *jsonCompared {
	if c == nil {
		return nil
	}
	j := &jsonCompared{Exporter: boundedJSON(&c.Exporter.Value), Importer: boundedJSON(&c.Importer.Value), Relative: boundedJSON(c.Relative)}
	if c.Gap != nil {
		j.Gap = surplusJSON(*c.Gap)
	}
	if c.Without != nil {
		j.Without = surplusJSON(*c.Without)
	}
	return j
}

func boundedJSON(v *estimate.Value) *jsonBounded {
	if v == nil {
		return nil
	}
	return &jsonBounded{summaryJSON(*v), v.Bound.String()}
}

// mirrorFinite refuses what JSON and CSV cannot write and a reader must not take for missing.
func mirrorFinite(r *estimate.MirrorResult) error {
	check := func(f flows.Flow, what string, values ...*estimate.Value) error {
		for _, v := range values {
			if v == nil {
				continue
			}
			for _, x := range []float64{v.Mean, v.SD, v.Median, v.Lo, v.Hi, v.ProbPositive} {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					return fmt.Errorf("%s: the %s is not a finite number (%v)", f, what, x)
				}
			}
		}
		return nil
	}
	for i := range r.Gaps {
		g := &r.Gaps[i]
		for k, c := range []*estimate.Compared{g.Tonnes, g.USD} {
			if c != nil {
				if err := check(g.Flow, []string{"gap in tonnes", "gap in dollars"}[k], &c.Exporter.Value, &c.Importer.Value, c.Gap, c.Relative, c.Without); err != nil {
					return err
				}
			}
		}
		if err := check(g.Flow, "worth", g.Worth); err != nil {
			return err
		}
	}
	for i := range r.UnitValues {
		u := &r.UnitValues[i]
		if err := check(u.Flow, "unit value", &u.Value, u.Ratio); err != nil {
			return err
		}
	}
	return nil
}

// mirrorQuantities are the numbers of a CSV row, in its order.
func mirrorQuantities(g *estimate.Gap) []struct {
	name string
	v    *estimate.Value
} {
	t, u := g.Tonnes, g.USD
	if t == nil {
		t = &estimate.Compared{}
	}
	if u == nil {
		u = &estimate.Compared{}
	}
	stated := func(c *estimate.Compared, s *estimate.Stated) *estimate.Value {
		if c == nil {
			return nil
		}
		return &s.Value
	}
	return []struct {
		name string
		v    *estimate.Value
	}{
		{"exporter", stated(g.Tonnes, &t.Exporter)}, {"importer", stated(g.Tonnes, &t.Importer)}, {"gap", t.Gap}, {"relative", t.Relative}, {"without", t.Without},
		{"exporter_usd", stated(g.USD, &u.Exporter)}, {"importer_usd", stated(g.USD, &u.Importer)}, {"gap_usd", u.Gap}, {"relative_usd", u.Relative}, {"worth_usd", g.Worth},
	}
}

// MirrorCSV writes one row per gap, in order, with the columns that the package documentation lists. An empty field is a missing figure. A
// number that is not finite is an error that names its flow, and nothing is written.
func MirrorCSV(w io.Writer, r *estimate.MirrorResult) error {
	if err := mirrorFinite(r); err != nil {
		return err
	}
	head := []string{"scenario", "mineral", "kind", "from", "to", "period", "basis"}
	for _, q := range mirrorQuantities(&estimate.Gap{}) {
		for _, s := range []string{"mean", "sd", "median", "lo", "hi"} {
			head = append(head, q.name+"_"+s)
		}
	}
	head = append(head, "gap_prob_positive", "gap_bound", "noise_times", "noise_p", "baci_weight_exporter", "exceptions", "claims", "warnings", "lag_months", "level")
	var b strings.Builder
	c := csv.NewWriter(&b)
	if err := c.Write(head); err != nil {
		return err
	}
	for i := range r.Gaps {
		if err := c.Write(mirrorRow(r, &r.Gaps[i])); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func mirrorRow(r *estimate.MirrorResult, g *estimate.Gap) []string {
	row := []string{r.Scenario, string(g.Mineral), string(g.Kind), string(g.From), string(g.To), g.Period.String(), string(g.Basis)}
	for _, q := range mirrorQuantities(g) {
		v := estimate.Value{}
		if q.v != nil {
			v = *q.v
		}
		for _, x := range []float64{v.Mean, v.SD, v.Median, v.Lo, v.Hi} {
			row = append(row, field(x, q.v != nil))
		}
	}
	probability, bound := "", ""
	if g.Tonnes != nil && g.Tonnes.Gap != nil {
		probability, bound = field(g.Tonnes.Gap.ProbPositive, true), g.Tonnes.Gap.Bound.String()
	}
	times, p, weight := "", "", ""
	if g.Noise != nil {
		times, p = field(g.Noise.Times, true), field(g.Noise.P, true)
	}
	if g.Weight != nil {
		weight = field(*g.Weight, true)
	}
	var parts, codes []string
	for _, x := range g.Exceptions {
		parts = append(parts, x.Part)
	}
	for _, w := range g.Warnings {
		codes = append(codes, string(w.Code))
	}
	return append(row, probability, bound, times, p, weight, strings.Join(parts, "; "), strconv.Itoa(len(g.Claims)), strings.Join(codes, " "), strconv.Itoa(r.Mirror.Lag), field(r.Options.Level, true))
}
