using System.Globalization;
using CsvHelper;
using HotlinePush.Routing;

namespace HotlinePush.Tests.Routing;

/// <summary>How well the classifier would do on messages it has not seen: stratified, all fifteen first levels open to it.</summary>
internal static class CrossValidation
{
    /// <param name="path">CSV with subject, body, level1 (a first-level name).</param>
    public static List<Example> Read(string path, Lexicon lexicon)
    {
        using var csv = new CsvReader(new StreamReader(path), CultureInfo.InvariantCulture);
        var examples = new List<Example>();
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            var category = lexicon.Categories.Select((c, i) => (c, i)).First(x => x.c.ParentId is null && x.c.Name == csv.GetField("level1")).i;
            examples.Add(new Example(TextFeatures.Of(PlainText.OfTicket(csv.GetField("subject"), csv.GetField("body")), lexicon, out _), category));
        }
        return examples;
    }

    /// <param name="perClass">At most so many training examples of a class, for a learning curve; 0: nothing learnt.</param>
    public static (double Mean, double Spread) MacroF1(List<Example> examples, Lexicon lexicon, int folds, int repeats, int perClass = int.MaxValue)
    {
        var roots = Enumerable.Range(0, lexicon.Parents.Length).Where(i => lexicon.Parents[i] < 0).ToArray();
        var scores = new List<double>();
        for (var repeat = 1; repeat <= repeats; repeat++)
        {
            var fold = Deal(examples, folds, repeat);
            var predicted = new int[examples.Count];
            for (var f = 0; f < folds; f++)
            {
                var train = examples.Where((_, i) => fold[i] != f).GroupBy(e => e.Category).SelectMany(g => g.Take(perClass)).ToArray();
                var classifier = CategoryClassifier.Train(lexicon, train);
                for (var i = 0; i < examples.Count; i++)
                {
                    if (fold[i] != f)
                        continue;
                    var p = classifier.Probabilities(examples[i].Features);
                    predicted[i] = roots[Array.IndexOf(p, p.Max())];
                }
            }
            scores.Add(Score([.. examples.Select(e => e.Category)], predicted));
        }
        var mean = scores.Average();
        return (mean, Math.Sqrt(scores.Average(s => (s - mean) * (s - mean))));
    }

    private static int[] Deal(List<Example> examples, int folds, int seed)
    {
        var (random, fold) = (new Random(seed), new int[examples.Count]);
        foreach (var members in Enumerable.Range(0, examples.Count).GroupBy(i => examples[i].Category).Select(g => g.ToArray()))
        {
            random.Shuffle(members);
            for (var j = 0; j < members.Length; j++)
                fold[members[j]] = j % folds;
        }
        return fold;
    }

    private static double Score(int[] truth, int[] predicted) => truth.Distinct().Average(c =>
    {
        var right = truth.Zip(predicted).Count(p => p.First == c && p.Second == c);
        return 2.0 * right / (truth.Count(t => t == c) + predicted.Count(p => p == c));
    });
}
