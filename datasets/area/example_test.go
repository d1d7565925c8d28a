package area_test

import (
	"errors"
	"fmt"

	"github.com/mineralflows/mineralflows/datasets/area"
)

// The same place by the code, the name and the letters that publishers write.
func Example() {
	usa, err := area.ByCode(842)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(usa.Place, usa.Name, "ISO", usa.ISO, "from", usa.From)

	for _, name := range []string{"Congo, D.R.", "Dem. Rep. of the Congo", "CÃ´te d'Ivoire", "Tanzania, United Rep. of"} {
		a, err := area.ByName(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(a.Place, a.Name)
	}

	asia, err := area.ByCode(490)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s is a %s; its place is %q\n", asia, asia.Kind, asia.Place)
	// Output:
	// USA USA ISO 840 from 1981
	// COD Dem. Rep. of the Congo
	// COD Dem. Rep. of the Congo
	// CIV Côte d'Ivoire
	// TZA United Rep. of Tanzania
	// Other Asia, nes (490) is a residual; its place is ""
}

// A name that two areas bear is refused, unless its publisher is known for one of them.
func ExampleByName() {
	_, err := area.ByName("Congo")
	fmt.Println(err)

	var ambiguous *area.AmbiguousError
	if errors.As(err, &ambiguous) {
		for _, a := range ambiguous.Candidates {
			fmt.Println("-", a.Place)
		}
	}

	congo, err := area.Comtrade.ByName("Congo")
	fmt.Println(congo.Place, err)
	// Output:
	// "Congo" can be Congo (Brazzaville) (178) or Dem. Rep. of the Congo (180); write which
	// - COG
	// - COD
	// COG <nil>
}
