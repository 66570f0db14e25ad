using Argus.Data.Forging;
using OpenCvSharp;

namespace Argus.Data.Samples;

internal enum HairStyle
{
    Short,
    Fringe,
    Parted,
    Long,
    Curly,
    Bald,
}

internal enum ClothingStyle
{
    Crew,
    VNeck,
    Shirt,
}

internal enum Wall
{
    Plain,
    Bricks,
    Panels,
    Shelves,
    Window,
    Curtain,
}

/// <summary>
/// What one drawn person looks and sounds like, and the room and lamp of their only recording. Lengths are in parts of
/// the frame's side, colours BGR under white light.
/// </summary>
internal sealed record Person
{
    private static readonly Scalar[] SkinTones =
    [
        new(180, 205, 241),
        new(160, 190, 232),
        new(140, 172, 222),
        new(122, 154, 205),
        new(100, 132, 186),
        new(84, 112, 166),
        new(68, 94, 142),
        new(56, 76, 116),
    ];
    private static readonly Scalar[] HairColours =
    [
        new(36, 34, 38),
        new(40, 52, 70),
        new(52, 74, 106),
        new(84, 128, 168),
        new(120, 168, 200),
        new(52, 82, 146),
        new(140, 140, 142),
    ];
    private static readonly Scalar[] IrisColours =
    [
        new(40, 62, 92),
        new(50, 84, 96),
        new(150, 122, 76),
        new(96, 130, 84),
        new(120, 110, 104),
    ];

    public required double CenterX { get; init; }
    public required double CenterY { get; init; }
    public required double RadiusX { get; init; }
    public required double RadiusY { get; init; }

    /// <summary>0 an ellipse, 0.3 a pointed chin.</summary>
    public required double Jaw { get; init; }
    public required Scalar Skin { get; init; }
    public required Scalar Hair { get; init; }
    public required HairStyle Style { get; init; }
    public required double HairLine { get; init; }
    public required bool Beard { get; init; }
    public required bool Glasses { get; init; }
    public required Scalar Iris { get; init; }

    /// <summary>Eyes, brows, nose, mouth: in face radii.</summary>
    public required double EyeGap { get; init; }
    public required double EyeWidth { get; init; }
    public required double EyeHeight { get; init; }
    public required double EyeTilt { get; init; }
    public required double BrowThickness { get; init; }
    public required double BrowArch { get; init; }
    public required double NoseWidth { get; init; }
    public required double NoseLength { get; init; }
    public required double MouthWidth { get; init; }
    public required double LipThickness { get; init; }
    public required double LipRedness { get; init; }
    public required Scalar Clothing { get; init; }
    public required ClothingStyle Clothes { get; init; }
    public required double ShoulderWidth { get; init; }
    public required Wall Wall { get; init; }
    public required Scalar WallColour { get; init; }

    /// <summary>Horizontal position of the lamp, -1 left to 1 right.</summary>
    public required double LightX { get; init; }
    public required double LightY { get; init; }
    public required double Ambient { get; init; }

    /// <summary>Log gain of red against blue.</summary>
    public required double Warmth { get; init; }
    public required double Exposure { get; init; }

    /// <summary>Width of the lens's blur in pixels of the final frame.</summary>
    public required double FocusBlur { get; init; }

    /// <summary>Grey levels, standard deviation, every frame anew.</summary>
    public required double NoiseDeviation { get; init; }
    public required Voice Voice { get; init; }

    /// <summary>Every trait is drawn independently of the others.</summary>
    public static Person Draw(KeyedRandom random)
    {
        Scalar Vary(Scalar colour, double by)
        {
            var all = Math.Exp(random.Uniform(-by, by));
            double Channel(double value) => Math.Clamp(value * all * Math.Exp(random.Uniform(-by / 3, by / 3)), 0, 250);
            return new(Channel(colour.Val0), Channel(colour.Val1), Channel(colour.Val2));
        }
        Scalar Any(double low, double high, double colourfulness)
        {
            var level = random.Uniform(low, high);
            double Channel() => Math.Clamp(level * Math.Exp(random.Uniform(-colourfulness, colourfulness)), 15, 240);
            return new(Channel(), Channel(), Channel());
        }

        return new Person
        {
            CenterX = .5 + random.Uniform(-.05, .05),
            CenterY = .46 + random.Uniform(-.03, .03),
            RadiusX = random.Uniform(.195, .24),
            RadiusY = random.Uniform(.265, .31),
            Jaw = random.Uniform(.02, .26),
            Skin = Vary(random.Pick(SkinTones), .06),
            Hair = Vary(random.Pick(HairColours), .15),
            Style = random.Pick(Enum.GetValues<HairStyle>()),
            HairLine = random.Uniform(.5, .68),
            Beard = random.Chance(.2),
            Glasses = random.Chance(.2),
            Iris = Vary(random.Pick(IrisColours), .15),
            EyeGap = random.Uniform(.40, .50),
            EyeWidth = random.Uniform(.2, .26),
            EyeHeight = random.Uniform(.075, .115),
            EyeTilt = random.Uniform(-.04, .03),
            BrowThickness = random.Uniform(.03, .065),
            BrowArch = random.Uniform(.02, .09),
            NoseWidth = random.Uniform(.15, .24),
            NoseLength = random.Uniform(.3, .42),
            MouthWidth = random.Uniform(.3, .42),
            LipThickness = random.Uniform(.05, .095),
            LipRedness = random.Uniform(.1, .4),
            Clothing = Any(50, 200, .35),
            Clothes = random.Pick(Enum.GetValues<ClothingStyle>()),
            ShoulderWidth = random.Uniform(.36, .5),
            Wall = random.Pick(Enum.GetValues<Wall>()),
            WallColour = Any(95, 185, .14),
            LightX = random.Uniform(-1, 1),
            LightY = random.Uniform(-.9, -.2),
            Ambient = random.Uniform(.5, .72),
            Warmth = random.Uniform(-.1, .1),
            Exposure = Math.Exp(random.Uniform(-.12, .12)),
            FocusBlur = random.Uniform(.25, .5),
            NoiseDeviation = random.Uniform(2.5, 3.5),
            Voice = Voice.Draw(random),
        };
    }
}
