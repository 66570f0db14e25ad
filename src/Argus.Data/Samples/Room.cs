using Argus.Data.Forging;
using OpenCvSharp;

namespace Argus.Data.Samples;

/// <summary>What does not move with the head: a wall, and the person's neck and clothes in front of it.</summary>
internal static class Room
{
    // A wall has few edges of its own; with this it is as sharp as a face with its eyes and mouth.
    private const double WallTexture = 1.25;

    /// <summary>A lit and textured BGR picture of side + 2 * margin pixels, so that the camera may sway.</summary>
    public static Mat Draw(Person person, int side, int margin, KeyedRandom random)
    {
        var whole = side + 2 * margin;
        var picture = new Mat(whole, whole, MatType.CV_8UC3, person.WallColour);
        var pen = new Pen(side, margin, (picture, null));
        DrawWall(person, pen, random);
        Cv2.GaussianBlur(picture, picture, new Size(0, 0), 1.2);
        DrawBody(person, pen);
        Cv2.GaussianBlur(picture, picture, new Size(0, 0), .7);

        using var shading = Shading(person, whole);
        Blending.Multiply(picture, shading, Light.ChannelGains(person));
        using var texture = Grain.Texture(
            whole,
            Light.TextureWidth,
            Light.TextureWidth,
            WallTexture * Light.TextureDeviation,
            random
        );
        Blending.AddTexture(picture, texture);
        return picture;
    }

    private static void DrawWall(Person person, Pen pen, KeyedRandom random)
    {
        var colour = person.WallColour;
        Scalar Tone(double spread) => Pen.Shade(colour, Math.Exp(random.Uniform(-spread, spread)));
        switch (person.Wall)
        {
            case Wall.Bricks:
                double height = random.Uniform(.07, .1);
                double width = height * random.Uniform(2, 2.6);
                for (var row = -2; row * height < 1.2; row++)
                for (var x = -.2 + (row % 2 == 0 ? 0 : width / 2); x < 1.2; x += width)
                    pen.Box(x, row * height, x + width - .012, (row + 1) * height - .012, Tone(.12));
                break;
            case Wall.Panels:
                var panel = random.Uniform(.14, .3);
                for (var x = -.15; x < 1.2; x += panel)
                    pen.Box(x, -.2, x + panel - .015, 1.2, Tone(.1));
                break;
            case Wall.Shelves:
                var shelf = random.Uniform(.22, .32);
                for (var y = -.1; y < 1.2; y += shelf)
                {
                    for (var x = -.15; x < 1.15; )
                    {
                        var book = random.Uniform(.03, .08);
                        pen.Box(
                            x,
                            y + random.Uniform(.02, .08),
                            x + book - .005,
                            y + shelf - .03,
                            Pen.Mix(
                                Tone(.35),
                                new(random.Uniform(40, 200), random.Uniform(40, 200), random.Uniform(40, 200)),
                                .35
                            )
                        );
                        x += book;
                    }
                    pen.Box(-.2, y + shelf - .03, 1.2, y + shelf, Pen.Shade(colour, .7));
                }
                break;
            case Wall.Window:
                double left = random.Chance(.5) ? random.Uniform(-.1, .05) : random.Uniform(.6, .75);
                double top = random.Uniform(-.05, .15);
                pen.Box(left, top, left + .36, top + .6, Pen.Shade(colour, 1.35));
                pen.Box(left + .03, top + .03, left + .17, top + .57, new(215, 205, 190));
                pen.Box(left + .19, top + .03, left + .33, top + .57, new(210, 200, 186));
                break;
            case Wall.Curtain:
                var fold = random.Uniform(.05, .1);
                for (var x = -.15; x < 1.2; x += fold)
                {
                    pen.Box(x, -.2, x + fold * .45, 1.2, Pen.Shade(colour, .84));
                    pen.Box(x + fold * .45, -.2, x + fold, 1.2, Tone(.08));
                }
                break;
            default:
                var rail = random.Uniform(.6, .85);
                pen.Box(-.2, rail, 1.2, 1.2, Pen.Shade(colour, random.Uniform(.7, .85)));
                pen.Box(-.2, rail - .02, 1.2, rail, Pen.Shade(colour, 1.15));
                break;
        }
    }

    private static void DrawBody(Person person, Pen pen)
    {
        double x = person.CenterX;
        double chin = person.CenterY + person.RadiusY;
        double neck = person.RadiusX * .58;
        var shoulder = Math.Min(.97, chin + .09);
        pen.Fill(
            [(x - neck, person.CenterY), (x + neck, person.CenterY), (x + neck * 1.15, 1.1), (x - neck * 1.15, 1.1)],
            Pen.Shade(person.Skin, .72)
        );
        (double, double)[] torso =
        [
            (x - neck * 1.1, shoulder - .05),
            (x - person.ShoulderWidth * .7, shoulder + .015),
            (x - person.ShoulderWidth, shoulder + .09),
            (x - person.ShoulderWidth * 1.1, 1.2),
            (x + person.ShoulderWidth * 1.1, 1.2),
            (x + person.ShoulderWidth, shoulder + .09),
            (x + person.ShoulderWidth * .7, shoulder + .015),
            (x + neck * 1.1, shoulder - .05),
        ];
        pen.Fill(torso, person.Clothing);
        var skin = Pen.Shade(person.Skin, .8);
        switch (person.Clothes)
        {
            case ClothingStyle.Crew:
                pen.Ellipse(x, shoulder - .045, neck * 1.12, .05, skin);
                pen.Line(
                    Pen.Oval(x, shoulder - .045, neck * 1.12, .05).Take(15),
                    .012,
                    Pen.Shade(person.Clothing, .75)
                );
                break;
            case ClothingStyle.VNeck:
                pen.Fill(
                    [(x - neck * 1.1, shoulder - .06), (x + neck * 1.1, shoulder - .06), (x, shoulder + .1)],
                    skin
                );
                pen.Line(
                    [(x - neck * 1.1, shoulder - .06), (x, shoulder + .1), (x + neck * 1.1, shoulder - .06)],
                    .012,
                    Pen.Shade(person.Clothing, .75)
                );
                break;
            default:
                Scalar white = new(222, 222, 222);
                Scalar edge = new(165, 165, 165);
                (double, double)[] leftFlap =
                [
                    (x - neck * 1.15, shoulder - .07),
                    (x, shoulder + .03),
                    (x - neck * .7, shoulder + .1),
                    (x - neck * 1.5, shoulder - .01),
                ];
                pen.Fill(leftFlap, white);
                pen.Line(leftFlap, .006, edge, closed: true);
                var rightFlap = leftFlap.Select(place => (2 * x - place.Item1, place.Item2)).ToArray();
                pen.Fill(rightFlap, white);
                pen.Line(rightFlap, .006, edge, closed: true);
                pen.Line([(x, shoulder + .03), (x, 1.2)], .008, Pen.Shade(person.Clothing, .7));
                break;
        }
    }

    // The lamp's side of the wall is brighter: the face's light and the room's agree in an untouched video.
    private static Mat<float> Shading(Person person, int side)
    {
        var shading = new Mat<float>(side, side);
        var indexer = shading.GetIndexer();
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column < side; column++)
            {
                double x = 2.0 * column / side - 1;
                double y = 2.0 * row / side - 1;
                indexer[row, column] = (float)(
                    person.Exposure
                    * (.92 + .26 * (1 - person.Ambient) / .4 * (person.LightX * x + person.LightY * .6 * y))
                );
            }
        }
        return shading;
    }
}
