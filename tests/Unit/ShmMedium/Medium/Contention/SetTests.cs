using ShmWifi.ShmMedium.Medium.Contention;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>The sets that keep who is on a channel, and whom a PPDU reaches, beside sets of the runtime's.</summary>
public sealed class SetTests
{
    private const int Stations = 200;

    [Test]
    public void IndicesComeInTheirOrder()
    {
        var random = new Random(1);
        IndexSet[] sets = [.. Enumerable.Range(0, 3).Select(_ => new IndexSet(Stations))];
        SortedSet<int>[] expected = [[], [], []];
        for (int i = 0; i < 5000; i++)
        {
            int which = random.Next(3);
            int index = random.Next(Stations);
            switch (random.Next(60))
            {
                case 0:
                    sets[which].Clear();
                    expected[which].Clear();
                    break;
                case 1:
                    sets[which].Add(sets[(which + 1) % 3]);
                    expected[which].UnionWith(expected[(which + 1) % 3]);
                    break;
                case 2:
                    sets[which].AddShared(sets[(which + 1) % 3], sets[(which + 2) % 3]);
                    expected[which].UnionWith(expected[(which + 1) % 3].Intersect(expected[(which + 2) % 3]));
                    break;
                case < 30:
                    sets[which].Remove(index);
                    expected[which].Remove(index);
                    break;
                default:
                    Assert.That(sets[which].Add(index), Is.EqualTo(expected[which].Add(index)));
                    break;
            }
            Assert.That(sets[which].Contains(index), Is.EqualTo(expected[which].Contains(index)));
            var walked = new List<int>();
            foreach (int member in sets[which])
                walked.Add(member);
            Assert.That(walked, Is.EqualTo(expected[which]));
        }
    }

    [Test]
    public void ReceptionsAreThoseOfTheirStations()
    {
        var random = new Random(1);
        var receptions = new Receptions(Stations);
        var expected = new Dictionary<int, float>();
        for (int i = 0; i < 20_000; i++)
        {
            int station = random.Next(Stations);
            switch (random.Next(400))
            {
                case 0:
                    receptions.Clear();
                    expected.Clear();
                    break;
                case < 50:
                    receptions.Forget(station);
                    if (expected.ContainsKey(station))
                        expected[station] = 0;
                    break;
                default:
                    Assert.That(receptions.Has(station), Is.EqualTo(expected.ContainsKey(station)));
                    ref var reception = ref receptions.Of(station);
                    Assert.That((reception.Station, reception.SignalMw), Is.EqualTo((station, expected.GetValueOrDefault(station))));
                    expected[station] = reception.SignalMw = i;
                    break;
            }
            Assert.That(receptions.All.Length, Is.EqualTo(expected.Count));
        }
    }
}
