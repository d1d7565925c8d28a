package dist_test

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

// A grade of coltan concentrate that lies between 20 and 35 % Ta2O5, most
// likely at 28 %.
func Example() {
	grade, err := dist.Parse("0.20..0.28..0.35")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mean %.3f, 90 %% within %.3f .. %.3f\n", grade.Mean(), grade.Quantile(0.05), grade.Quantile(0.95))
	// Output: mean 0.278, 90 % within 0.231 .. 0.324
}

func ExampleParse() {
	for _, text := range []string{"950", "800..1200", "800..950..1200", "800 to 1200", "950 +- 60", "950 */ 1.3"} {
		d, err := dist.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%-15s %5.0f .. %5.0f  mean %.0f\n", text, d.Quantile(0.05), d.Quantile(0.95), d.Mean())
	}
	// Output:
	// 950               950 ..   950  mean 950
	// 800..1200         820 ..  1180  mean 1000
	// 800..950..1200    851 ..  1096  mean 967
	// 800 to 1200       800 ..  1200  mean 987
	// 950 +- 60         851 ..  1049  mean 950
	// 950 */ 1.3        731 ..  1235  mean 962
}

func ExampleParse_refused() {
	for _, text := range []string{"1,200", "1200..800", ">=120", "0 */ 1.3"} {
		_, err := dist.Parse(text)
		fmt.Println(err)
	}
	_, err := dist.Parse(">=120")
	fmt.Println(errors.Is(err, dist.ErrBound))
	// Output:
	// not a number: 1,200 (write 1200 or 1.2: no comma in a number)
	// upside down: 1200..800 (write the smaller number first)
	// a bound is not a distribution: >=120 (at least or at most a number says nothing of how likely each value is)
	// a zero has no factor: 0 */ 1.3 (write 0 for a counted nil, 0..0.5 of the last unit for a rounded one)
	// true
}

// A statistics office prints 8,751 kg; its figures are right to within a factor
// of 1.3.
func ExampleSpread() {
	factor, err := dist.ParseSpread("*/1.3")
	if err != nil {
		fmt.Println(err)
		return
	}
	kilograms, err := dist.Spread(8751, factor)
	if err != nil {
		fmt.Println(err)
		return
	}
	tonnes, err := dist.Scale(kilograms, 0.001)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tonnes)
	// Output: 8.751 */ 1.3
}

// Any type with these three methods is an uncertain number.
func ExampleDist() {
	var d dist.Dist = distuv.Gamma{Alpha: 4, Beta: 2}
	fmt.Println(d.Mean(), d.StdDev())
	// Output: 2 1
}

func ExampleShapeOf() {
	for _, text := range []string{"950 */ 1.3", "27.7 */ 1.3"} {
		d, err := dist.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		shape, _ := dist.ShapeOf(d)
		fmt.Println(shape.Scale, "times", shape.Unit)
	}
	// Output:
	// 950 times 1 */ 1.3
	// 27.7 times 1 */ 1.3
}
